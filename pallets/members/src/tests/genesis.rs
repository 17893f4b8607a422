// SPDX-License-Identifier: Apache-2.0

use super::*;
use sp_runtime::BuildStorage;

fn genesis(member: GenesisMember<u64>) -> RuntimeGenesisConfig {
    RuntimeGenesisConfig { members: GenesisConfig { members: vec![member] }, ..Default::default() }
}

#[test]
fn genesis_members_are_active() {
    Builder::standard().build_and_execute(|| {
        assert_eq!(Members::<Test>::iter().count(), 6);
        assert_eq!(status_of(USER_1), Some(Status::Active));
        assert_eq!(System::sufficients(&USER_1), 1);
        assert!(events().is_empty());
    });
}

#[test]
fn genesis_without_members_is_a_chain() {
    Builder::default().build_and_execute(|| assert_eq!(Members::<Test>::iter().count(), 0));
}

#[test]
#[should_panic(expected = "the key of a genesis member has form")]
fn genesis_fails_when_a_modulus_is_even() {
    let mut keys = keys(1);
    keys.paillier.n[255] &= 0xfe;
    let _ = genesis(GenesisMember { account: 1, id: id(1), role: Role::User, region: REGION_1, keys })
        .build_storage();
}

#[test]
fn genesis_reads_back_from_json() {
    let config = GenesisConfig::<Test> {
        members: vec![GenesisMember {
            account: 1,
            id: id(1),
            role: Role::DataSharer,
            region: REGION_1,
            keys: keys(1),
        }],
    };
    let json = serde_json::to_string(&config).expect("it has a form");
    assert!(json.contains("data-sharer"), "{json}");
    let back: GenesisConfig<Test> = serde_json::from_str(&json).expect("it reads back");
    assert_eq!(back.members, config.members);
}
