// SPDX-License-Identifier: Apache-2.0

use super::*;

const APPLICANT: u64 = 50;

fn applied(role: Role, region: RegionId) -> sp_core::H256 {
    assert_ok!(apply(APPLICANT, application(APPLICANT, role, region)));
    events();
    application_of(APPLICANT)
}

#[test]
fn approve_makes_a_member() {
    Builder::standard().build_and_execute(|| {
        assert_ok!(Pallet::invite(signed(PROCESSOR_1), APPLICANT));
        let hash = applied(Role::User, REGION_1);

        assert_ok!(Pallet::approve(signed(PROCESSOR_1), APPLICANT, hash));

        assert_eq!(
            events(),
            [Event::Approved { account: APPLICANT, id: id(APPLICANT), role: Role::User, region: REGION_1 }]
        );
        assert_eq!(
            Members::<Test>::get(id(APPLICANT)),
            Some(Member {
                account: APPLICANT,
                role: Role::User,
                region: REGION_1,
                status: Status::Active,
                keys: keys(APPLICANT),
            })
        );
        assert_eq!(MemberIdOf::<Test>::get(APPLICANT), Some(id(APPLICANT)));
        assert!(!Invitations::<Test>::contains_key(APPLICANT));
        assert!(!Applications::<Test>::contains_key(APPLICANT));
        assert!(!OpenInvitations::<Test>::contains_key(Some(id(PROCESSOR_1))));
        assert_eq!(System::sufficients(&APPLICANT), 1);
    });
}

/// Who may approve whom: the processor of a region its users alone, the council everybody.
#[test]
fn approve_obeys_the_matrix_of_roles_and_registrars() {
    for role in [Role::User, Role::Processor, Role::DataSharer, Role::Cloud] {
        for region in [REGION_1, REGION_2, RegionId(3)] {
            for (registrar, own) in
                [(None, None), (Some(PROCESSOR_1), Some(REGION_1)), (Some(PROCESSOR_2), Some(REGION_2))]
            {
                Builder::standard().invited(APPLICANT).build_and_execute(|| {
                    let hash = applied(role, region);
                    let origin = registrar.map_or(council(), signed);
                    let may = own.is_none_or(|own| role == Role::User && own == region);
                    if may {
                        assert_ok!(Pallet::approve(origin, APPLICANT, hash));
                    } else {
                        assert_noop!(Pallet::approve(origin, APPLICANT, hash), Error::<Test>::NotRegistrar);
                    }
                    assert_eq!(MemberIdOf::<Test>::contains_key(APPLICANT), may, "{registrar:?} {role:?}");
                });
            }
        }
    }
}

#[test]
fn approve_fails_when_the_caller_is_no_active_processor() {
    Builder::standard().invited(APPLICANT).suspended(PROCESSOR_1).build_and_execute(|| {
        let hash = applied(Role::User, REGION_1);
        for caller in [PROCESSOR_1, USER_1, SHARER, CLOUD, APPLICANT, STRANGER, COUNCILLOR] {
            assert_noop!(Pallet::approve(signed(caller), APPLICANT, hash), Error::<Test>::NotRegistrar);
        }
    });
}

#[test]
fn approve_fails_when_nobody_applied() {
    Builder::standard().invited(APPLICANT).build_and_execute(|| {
        for account in [APPLICANT, STRANGER, USER_1] {
            assert_noop!(Pallet::approve(council(), account, Default::default()), Error::<Test>::NotApplied);
        }
    });
}

#[test]
fn approve_fails_when_the_application_was_exchanged() {
    Builder::standard().invited(APPLICANT).build_and_execute(|| {
        let looked_at = applied(Role::User, REGION_1);
        // The applicant puts other keys, or another opening, in place of those that were looked at.
        let mut bait = application(APPLICANT, Role::User, REGION_1);
        bait.keys.proofs_digest = [1; 32];
        assert_ok!(apply(APPLICANT, bait));
        assert_noop!(
            Pallet::approve(signed(PROCESSOR_1), APPLICANT, looked_at),
            Error::<Test>::ApplicationChanged
        );
        let mut bait = application(APPLICANT, Role::User, REGION_1);
        bait.opening = vec![1].try_into().expect("within the bound");
        assert_ok!(apply(APPLICANT, bait));
        assert_noop!(
            Pallet::approve(signed(PROCESSOR_1), APPLICANT, looked_at),
            Error::<Test>::ApplicationChanged
        );
        // Nor has the council to take it.
        assert_noop!(Pallet::approve(council(), APPLICANT, looked_at), Error::<Test>::ApplicationChanged);
    });
}

#[test]
fn approve_fails_when_another_got_the_identifier_first() {
    Builder::standard().invited(APPLICANT).invited(51).build_and_execute(|| {
        let hash = applied(Role::User, REGION_1);
        let same = ApplicationOf { id: id(APPLICANT), ..application(51, Role::User, REGION_1) };
        assert_ok!(apply(51, same));
        assert_ok!(Pallet::approve(council(), APPLICANT, hash));
        assert_noop!(Pallet::approve(council(), 51, application_of(51)), Error::<Test>::IdTaken);
    });
}

#[test]
fn approve_fails_when_the_invitation_was_withdrawn() {
    Builder::standard().invited(APPLICANT).build_and_execute(|| {
        let hash = applied(Role::User, REGION_1);
        assert_ok!(Pallet::withdraw_invitation(council(), APPLICANT));
        assert_noop!(Pallet::approve(council(), APPLICANT, hash), Error::<Test>::NotApplied);
    });
}
