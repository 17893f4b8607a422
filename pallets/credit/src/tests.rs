// SPDX-License-Identifier: Apache-2.0

use crate::{formula, Earnings, Event};
use dmsm_primitives::{
    time::DAY_MILLIS, BlsPublicKey, Conduct, CreditBook, MemberId, MemberKeys, MemberRegistry, Moment,
    OperatorId, RegionId, Role, Score, Standing,
};
use frame_support::{derive_impl, parameter_types, traits::Time};
use proptest::prelude::*;
use std::collections::BTreeMap;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Credit: crate,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = frame_system::mocking::MockBlock<Test>;
}

parameter_types! {
    pub static Now: Moment = 0;
    pub static Operators: BTreeMap<MemberId, OperatorId> = BTreeMap::new();
}

pub struct MockTime;

impl Time for MockTime {
    type Moment = Moment;
    fn now() -> Moment {
        Now::get()
    }
}

/// Operators alone: the pallet asks for nothing else.
pub struct MockMembers;

impl MemberRegistry<u64> for MockMembers {
    fn id_of(_: &u64) -> Option<MemberId> {
        None
    }

    fn account_of(_: &MemberId) -> Option<u64> {
        None
    }

    fn keys_of(_: &MemberId) -> Option<MemberKeys> {
        None
    }

    fn had_bls_key(_: &MemberId, _: &BlsPublicKey) -> bool {
        false
    }

    fn active(_: &u64, _: Role) -> Option<(MemberId, RegionId)> {
        None
    }

    fn standing(_: &MemberId) -> Option<Standing> {
        None
    }

    fn operator_of(id: &MemberId) -> Option<OperatorId> {
        Operators::get().get(id).copied()
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn enrol(account: &u64, _: Role, _: RegionId, _: MemberKeys) -> MemberId {
        MemberId::derive(&account.to_le_bytes(), &[0; 16])
    }
}

impl crate::Config for Test {
    type Members = MockMembers;
    type Time = MockTime;
}

const PROCESSOR: MemberId = MemberId([1; 32]);
const USER: MemberId = MemberId([2; 32]);
const OTHER_USER: MemberId = MemberId([3; 32]);
const DELIVERED: Conduct = Conduct::Delivered { price: 1_023 };

fn execute(test: impl FnOnce()) {
    sp_io::TestExternalities::default().execute_with(|| {
        Now::set(20_000 * DAY_MILLIS);
        Operators::set(BTreeMap::new());
        System::set_block_number(1);
        test();
        Credit::do_try_state().expect("the invariants hold");
    });
}

fn score() -> Score {
    Credit::score(&PROCESSOR)
}

fn events() -> Vec<Event<Test>> {
    System::read_events_for_pallet()
}

#[test]
fn a_processor_begins_with_500_and_a_delivery_raises_it() {
    execute(|| {
        assert_eq!(score(), 500);
        Credit::record(&PROCESSOR, &USER, DELIVERED);
        assert_eq!(score(), 510);
        let event = Event::Recorded {
            processor: PROCESSOR,
            counterparty: USER,
            conduct: DELIVERED,
            change: 10,
            score: 510,
        };
        assert_eq!(events(), [event]);
    });
}

#[test]
fn the_cap_is_for_one_counterparty_and_one_day() {
    execute(|| {
        for _ in 0..5 {
            Credit::record(&PROCESSOR, &USER, DELIVERED);
        }
        assert_eq!(score(), 520);
        Credit::record(&PROCESSOR, &OTHER_USER, DELIVERED);
        assert_eq!(score(), 530);
        Now::mutate(|now| *now += DAY_MILLIS);
        Credit::record(&PROCESSOR, &USER, DELIVERED);
        assert_eq!(score(), 540);
    });
}

#[test]
fn members_of_ones_own_operator_raise_nothing() {
    execute(|| {
        let (utility, other) = (OperatorId(1), OperatorId(2));
        Operators::set([(PROCESSOR, utility), (USER, utility), (OTHER_USER, other)].into());
        Credit::record(&PROCESSOR, &USER, DELIVERED);
        Credit::record(&PROCESSOR, &PROCESSOR, DELIVERED);
        assert_eq!(score(), 500);
        assert!(Earnings::<Test>::iter().next().is_none());
        Credit::record(&PROCESSOR, &OTHER_USER, DELIVERED);
        assert_eq!(score(), 510);
    });
}

#[test]
fn members_without_operator_do_not_belong_together() {
    execute(|| {
        Credit::record(&PROCESSOR, &USER, DELIVERED);
        assert_eq!(score(), 510);
    });
}

#[test]
fn failing_costs_more_than_delivering_earns() {
    execute(|| {
        for (conduct, expected) in
            [(Conduct::TimedOut, 475), (Conduct::FalseNotice, 375), (Conduct::BadShare, 275)]
        {
            Credit::record(&PROCESSOR, &USER, conduct);
            assert_eq!(score(), expected);
        }
    });
}

#[test]
fn a_score_never_falls_below_zero() {
    execute(|| {
        for _ in 0..6 {
            Credit::record(&PROCESSOR, &USER, Conduct::FalseNotice);
        }
        assert_eq!(score(), 0);
    });
}

proptest! {
    #[test]
    fn scores_are_replayed_from_events(
        deeds in proptest::collection::vec((0u8..4, 0u8..3, any::<u64>(), 0u64..3), 1..60)
    ) {
        execute(|| {
            for (kind, whom, price, hours) in deeds {
                let conduct = match kind {
                    0 => Conduct::Delivered { price: price.into() },
                    1 => Conduct::TimedOut,
                    2 => Conduct::FalseNotice,
                    _ => Conduct::BadShare,
                };
                Credit::record(&PROCESSOR, &MemberId([whom + 2; 32]), conduct);
                Now::mutate(|now| *now += hours * 3_600_000 * 5);
                Credit::do_try_state().expect("the invariants hold");
            }
            let replayed = events().into_iter().fold(formula::INITIAL_SCORE, |score, event| {
                match event {
                    Event::Recorded { change, score: after, .. } => {
                        assert_eq!(formula::apply(score, change), after);
                        after
                    }
                    Event::__Ignore(..) => score,
                }
            });
            assert_eq!(replayed, score());
        });
    }
}
