// SPDX-License-Identifier: Apache-2.0

use super::*;
use dmsm_primitives::DeviceRegistry;

fn set_rule(number: i64, from: BlockNumber) -> DispatchResult {
    Pallet::set_rule(signed(ALICE), device(ALICE, 1), rule(number), from)
}

/// Number of the rule in effect at a block; rule 0 is that of the registration.
fn rule_at(block: BlockNumber) -> Option<i64> {
    <Pallet as DeviceRegistry>::rule_at(&device(ALICE, 1), block).map(|rule| rule.high - RULE.high)
}

#[test]
fn set_rule_takes_effect_at_its_block() {
    Builder::default().connected(ALICE, 1).build_and_execute(|| {
        assert_ok!(set_rule(1, 5));

        assert_eq!(events(), [Event::RuleSet { device: device(ALICE, 1), rule: rule(1), from: 5 }]);
        assert_eq!([0, 1, 4, 5, u32::MAX].map(rule_at), [None, Some(0), Some(0), Some(1), Some(1)]);
    });
}

#[test]
fn set_rule_may_come_before_the_connection() {
    Builder::default().registered(ALICE, 1).build_and_execute(|| {
        assert_ok!(set_rule(1, 2));
        assert_eq!(rule_at(2), Some(1));
    });
}

#[test]
fn set_rule_replaces_one_that_is_still_to_come() {
    Builder::default().connected(ALICE, 1).build_and_execute(|| {
        assert_ok!(set_rule(1, 10));
        assert_ok!(set_rule(2, 5));
        assert_eq!([4, 5, 9, 10].map(rule_at), [Some(0), Some(2), Some(2), Some(2)]);
        // Also by one that comes later, and by one of the same block.
        assert_ok!(set_rule(3, 20));
        assert_eq!([5, 19, 20].map(rule_at), [Some(0), Some(0), Some(3)]);
        assert_ok!(set_rule(4, 20));
        assert_eq!([19, 20].map(rule_at), [Some(0), Some(4)]);
    });
}

#[test]
fn set_rule_does_not_replace_one_that_applies_since_this_block() {
    Builder::default().connected(ALICE, 1).build_and_execute(|| {
        assert_ok!(set_rule(1, 5));
        go_to(5);
        assert_ok!(set_rule(2, 6));
        assert_eq!([4, 5, 6].map(rule_at), [Some(0), Some(1), Some(2)]);
    });
}

#[test]
fn set_rule_forgets_the_oldest_beyond_the_bound() {
    Builder::default().connected(ALICE, 1).build_and_execute(|| {
        for number in 1..=3 {
            let from = 10 * number as u32;
            assert_ok!(set_rule(number, from));
            go_to(from);
        }
        // Four are remembered: that of the registration and three more.
        assert_eq!([0, 1, 9, 10, 19, 20, 29, 30].map(rule_at), {
            [None, Some(0), Some(0), Some(1), Some(1), Some(2), Some(2), Some(3)]
        });
        assert_ok!(set_rule(4, 40));
        assert_eq!([1, 9, 10, 39, 40].map(rule_at), [None, None, Some(1), Some(3), Some(4)]);
        // Replacing the pending one forgets no further.
        assert_ok!(set_rule(5, 50));
        assert_eq!([9, 10, 49, 50].map(rule_at), [None, Some(1), Some(3), Some(5)]);
    });
}

#[test]
fn set_rule_fails_when_the_caller_is_no_active_user() {
    Builder::default().registered(SUSPENDED, 2).build_and_execute(|| {
        for caller in [PROCESSOR, SUSPENDED, STRANGER] {
            assert_noop!(
                Pallet::set_rule(signed(caller), device(SUSPENDED, 2), RULE, 5),
                Error::<Test>::NotUser
            );
        }
    });
}

#[test]
fn set_rule_fails_when_there_is_no_such_device() {
    Builder::default().build_and_execute(|| {
        assert_noop!(set_rule(1, 5), Error::<Test>::UnknownDevice);
    });
}

#[test]
fn set_rule_fails_when_the_device_is_anothers() {
    Builder::default().connected(ALICE, 1).build_and_execute(|| {
        assert_noop!(Pallet::set_rule(signed(BOB), device(ALICE, 1), RULE, 5), Error::<Test>::NotOwner);
    });
}

#[test]
fn set_rule_fails_when_the_device_is_unbound() {
    Builder::default().connected(ALICE, 1).build_and_execute(|| {
        assert_ok!(Pallet::unbind(signed(ALICE), device(ALICE, 1)));
        assert_noop!(set_rule(1, 5), Error::<Test>::AlreadyUnbound);
    });
}

#[test]
fn set_rule_fails_when_the_rule_is_inconsistent() {
    Builder::default().connected(ALICE, 1).build_and_execute(|| {
        for rule in inconsistent_rules() {
            assert_noop!(
                Pallet::set_rule(signed(ALICE), device(ALICE, 1), rule, 5),
                Error::<Test>::InconsistentRule
            );
        }
    });
}

#[test]
fn set_rule_fails_when_it_would_apply_to_the_past() {
    Builder::default().connected(ALICE, 1).build_and_execute(|| {
        go_to(5);
        for from in [0, 4, 5] {
            assert_noop!(set_rule(1, from), Error::<Test>::RuleInThePast);
        }
        assert_ok!(set_rule(1, 6));
    });
}
