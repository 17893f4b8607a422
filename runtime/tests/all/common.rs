// SPDX-License-Identifier: Apache-2.0
//! A chain at genesis, and people on it.

use codec::Encode;
use dmsm_host::fixtures::{self, dmsm_fixtures};
use dmsm_primitives::{
    BlsSignature, DeviceId, DevicePublicKey, DeviceSignature, MemberId, Notice, NoticeSeal, Reading,
    RegionId, ReportingPolicy, Role, Rule, SignedReading, Verdict,
};
use dmsm_runtime::{
    genesis_config_presets, AccountId, Address, Balances, Council, Devices, Hash, Members, Nonce,
    Notifications, Runtime, RuntimeCall, RuntimeGenesisConfig, RuntimeOrigin, Signature, System, TxExtension,
    UncheckedExtrinsic, VERSION,
};
use frame_support::{dispatch::DispatchResult, traits::BuildGenesisConfig};
use sp_core::{ed25519, sr25519, Pair};
use sp_io::{hashing::sha2_256, TestExternalities};
use sp_keyring::Sr25519Keyring;
use sp_runtime::generic::Era;

pub const REGION: RegionId = RegionId(1);
pub const RULE: Rule =
    Rule { low: 100, high: 1_000, temperature_warning: 40_000, policy: ReportingPolicy::OnChange };

/// The preset `dev`, inside its first block.
pub fn chain() -> TestExternalities {
    chain_of("development")
}

/// A preset, inside its first block.
pub fn chain_of(preset: &str) -> TestExternalities {
    let mut externalities = TestExternalities::default();
    externalities.execute_with(|| {
        let json = genesis_config_presets::get_preset(&preset.into()).expect("the preset is there");
        let mut whole = serde_json::to_value(RuntimeGenesisConfig::default()).expect("a genesis is JSON");
        merge(&mut whole, serde_json::from_slice(&json).expect("a preset is JSON"));
        let config: RuntimeGenesisConfig = serde_json::from_value(whole).expect("the preset fits");
        config.build();
        System::set_block_number(1);
    });
    externalities
}

fn merge(whole: &mut serde_json::Value, patch: serde_json::Value) {
    match (whole, patch) {
        (serde_json::Value::Object(whole), serde_json::Value::Object(patch)) => {
            for (key, value) in patch {
                merge(whole.entry(key).or_insert(serde_json::Value::Null), value);
            }
        }
        (whole, patch) => *whole = patch,
    }
}

/// A person with an account and secrets by number.
#[derive(Clone)]
pub struct Person {
    pub pair: sr25519::Pair,
    pub seed: u32,
    pub id: MemberId,
}

impl Person {
    pub fn new(name: &str, seed: u32) -> Self {
        let pair = sr25519::Pair::from_string(&format!("//{name}"), None).expect("a development name");
        Self { pair, seed, id: MemberId::derive(name.as_bytes(), &[seed as u8; 16]) }
    }

    pub fn account(&self) -> AccountId {
        self.pair.public().into()
    }

    pub fn origin(&self) -> RuntimeOrigin {
        RuntimeOrigin::signed(self.account())
    }

    pub fn apply(&self, role: Role, region: RegionId) -> DispatchResult {
        Members::apply(
            self.origin(),
            self.id,
            role,
            region,
            fixtures::member_keys(self.seed, 2048),
            fixtures::possession(self.seed, &self.id),
            Default::default(),
        )
    }

    pub fn application(&self) -> Hash {
        let application = pallet_members::Applications::<Runtime>::get(self.account()).expect("it applied");
        Members::application_hash(&application)
    }
}

/// A motion of the council, which Alice alone is.
pub fn by_council(call: impl Into<RuntimeCall>) -> DispatchResult {
    let call: RuntimeCall = call.into();
    let length = call.encoded_size() as u32;
    Council::propose(RuntimeOrigin::signed(Sr25519Keyring::Alice.to_account_id()), 1, Box::new(call), length)
        .map(|_| ())
        .map_err(|error| error.error)
}

/// A processor of [`REGION`], enrolled by the council.
pub fn processor() -> Person {
    let processor = Person::new("Processor", 1);
    by_council(pallet_members::Call::invite { account: processor.account() }).expect("invited");
    processor.apply(Role::Processor, REGION).expect("applied");
    let application = processor.application();
    by_council(pallet_members::Call::approve { account: processor.account(), application })
        .expect("approved");
    processor
}

/// A household of [`REGION`], enrolled by its processor.
pub fn household(processor: &Person) -> Person {
    let household = Person::new("Household", 2);
    Members::invite(processor.origin(), household.account()).expect("invited");
    household.apply(Role::User, REGION).expect("applied");
    Members::approve(processor.origin(), household.account(), household.application()).expect("approved");
    household
}

/// A device with its key.
pub struct Meter {
    pub pair: ed25519::Pair,
    pub id: DeviceId,
}

impl Meter {
    /// Registered and connected.
    pub fn connected(owner: &Person) -> Self {
        let pair = ed25519::Pair::from_seed(&[3; 32]);
        let key = DevicePublicKey(pair.public().0);
        let id = DeviceId::derive(&owner.id, &key.0);
        Devices::register(owner.origin(), key, RULE).expect("registered");
        let proof = DeviceSignature(pair.sign(&Devices::connection_payload(&id, &owner.id)).0);
        Devices::connect(owner.origin(), id, proof).expect("connected");
        Self { pair, id }
    }

    pub fn read(&self, sequence: u64, power: i64) -> SignedReading {
        let reading = Reading { device: self.id, sequence, taken_at: 0, power, temperature: None };
        let signature = DeviceSignature(self.pair.sign(&reading.signing_payload(&genesis())).0);
        SignedReading { reading, signature }
    }
}

pub fn genesis() -> [u8; 32] {
    System::block_hash(0).0
}

/// A notice by a processor, and what its owner needs to dispute it.
pub struct Sent {
    pub seal: NoticeSeal,
    pub signature: BlsSignature,
    pub ciphertext: Vec<u8>,
    pub opening: pallet_notifications::Opening,
}

/// Encrypts, signs and submits a notice.
pub fn notify(
    processor: &Person,
    owner: &Person,
    previous: u64,
    notice: Notice,
) -> Result<Sent, sp_runtime::DispatchError> {
    let (ciphertext, plaintext, randomness) =
        dmsm_fixtures::paillier_encrypt_and_open(2048, &notice.encode());
    let keys = fixtures::member_keys(owner.seed, 2048);
    let reading = &notice.reading.reading;
    let seal = NoticeSeal {
        processor: processor.id,
        owner: owner.id,
        device: reading.device,
        previous,
        sequence: reading.sequence,
        judged_at: System::block_number(),
        owner_key: sha2_256(&keys.paillier.n),
        digest: sha2_256(&ciphertext),
    };
    let signature = fixtures::sign(processor.seed, &seal.signing_payload(&genesis()));
    let sealed = pallet_notifications::SealedNotice {
        device: seal.device,
        previous,
        sequence: seal.sequence,
        judged_at: seal.judged_at,
        ciphertext: ciphertext.clone().try_into().expect("one block"),
    };
    Notifications::notify(processor.origin(), sealed, signature)?;
    let opening = pallet_notifications::Opening {
        processor_key: fixtures::member_keys(processor.seed, 2048).bls,
        n: keys.paillier.n.into_inner().try_into().expect("a modulus"),
        plaintext: plaintext.try_into().expect("a plaintext"),
        randomness: randomness.try_into().expect("a randomness"),
    };
    Ok(Sent { seal, signature, ciphertext, opening })
}

pub fn dispute(owner: &Person, sent: Sent) -> DispatchResult {
    let ciphertext = sent.ciphertext.try_into().expect("one block");
    Notifications::dispute(owner.origin(), sent.seal, sent.signature, ciphertext, sent.opening)
}

pub fn true_notice(reading: SignedReading) -> Notice {
    Notice { verdict: RULE.judge(&reading.reading), reading }
}

pub fn false_notice(reading: SignedReading, verdict: Verdict) -> Notice {
    Notice { verdict, reading }
}

/// A signed transaction, as a wallet makes it.
pub fn transaction(signer: &sr25519::Pair, nonce: Nonce, call: impl Into<RuntimeCall>) -> UncheckedExtrinsic {
    let call = call.into();
    let extension: TxExtension = (
        frame_system::CheckNonZeroSender::new(),
        frame_system::CheckSpecVersion::new(),
        frame_system::CheckTxVersion::new(),
        frame_system::CheckGenesis::new(),
        frame_system::CheckEra::from(Era::Immortal),
        pallet_members::MemberNonce::from(nonce),
        frame_system::CheckWeight::new(),
        frame_metadata_hash_extension::CheckMetadataHash::new(false),
    );
    let genesis = System::block_hash(0);
    let implicit = ((), VERSION.spec_version, VERSION.transaction_version, genesis, genesis, (), (), None);
    let payload = dmsm_runtime::SignedPayload::from_raw(call.clone(), extension.clone(), implicit);
    let signature = payload.using_encoded(|bytes| signer.sign(bytes));
    UncheckedExtrinsic::new_signed(
        call,
        Address::Id(signer.public().into()),
        Signature::Sr25519(signature),
        extension,
    )
}

/// All money there is.
pub fn issuance() -> u128 {
    Balances::total_issuance()
}
