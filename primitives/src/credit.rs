// SPDX-License-Identifier: Apache-2.0
//! What a processor's conduct is worth (paper IV.B): the one formula of the chain, and of everybody who
//! replays a score.

use crate::{Amount, Conduct, Score};

/// The score that a processor begins with.
pub const INITIAL_SCORE: Score = 500;
/// The highest score.
pub const MAX_SCORE: Score = 1_000;
/// Most points that one delivery earns.
pub const MAX_GAIN: u16 = 10;
/// Most points that deliveries to one counterparty earn in a day.
pub const DAILY_CAP: u16 = 20;
/// Most points that deliveries to all counterparties earn in a day, so that members made for the
/// purpose lift no score overnight.
pub const DAILY_CAP_OF_ALL: u16 = 60;
/// Points lost when a request that was accepted is not answered in time.
pub const TIME_OUT_LOSS: u16 = 25;
/// Points lost for a notice that was proved false.
pub const FALSE_NOTICE_LOSS: u16 = 100;
/// Points lost for a share that was proved bad.
pub const BAD_SHARE_LOSS: u16 = 100;

/// What a processor and its counterparty have to do with each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Dealings {
    /// Whether both belong to one operator.
    pub same_operator: bool,
    /// Points that deliveries to this counterparty have earned today.
    pub earned_today: u16,
    /// Points that deliveries to anybody have earned today.
    pub earned_today_of_all: u16,
}

/// By how many points a processor's score changes, before it is kept within 0 to [`MAX_SCORE`]:
///
/// | Conduct | Change |
/// |---|---|
/// | delivered for a price p | + min(⌊log2(p + 1)⌋, [`MAX_GAIN`]), as far as today's [`DAILY_CAP`] and [`DAILY_CAP_OF_ALL`] allow |
/// | delivered to a member of its own operator | 0 |
/// | timed out after accepting | − [`TIME_OUT_LOSS`] |
/// | false notice proved | − [`FALSE_NOTICE_LOSS`] |
/// | bad share proved | − [`BAD_SHARE_LOSS`] |
///
/// Each doubling of the price earns a point more. Every loss is above [`MAX_GAIN`], and what is
/// free of charge earns nothing, so neither failing now and then nor dealing with oneself pays.
pub fn change(conduct: Conduct, dealings: Dealings) -> i16 {
    match conduct {
        Conduct::Delivered { .. } if dealings.same_operator => 0,
        Conduct::Delivered { price } => {
            let left = DAILY_CAP.saturating_sub(dealings.earned_today);
            let left_of_all = DAILY_CAP_OF_ALL.saturating_sub(dealings.earned_today_of_all);
            gain(price).min(left).min(left_of_all) as i16
        }
        Conduct::TimedOut => -(TIME_OUT_LOSS as i16),
        Conduct::FalseNotice => -(FALSE_NOTICE_LOSS as i16),
        Conduct::BadShare => -(BAD_SHARE_LOSS as i16),
    }
}

fn gain(price: Amount) -> u16 {
    (price.saturating_add(1).ilog2() as u16).min(MAX_GAIN)
}

/// A score after a change.
pub fn apply(score: Score, change: i16) -> Score {
    score.saturating_add_signed(change).min(MAX_SCORE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FRESH: Dealings = Dealings { same_operator: false, earned_today: 0, earned_today_of_all: 0 };

    #[test]
    fn a_delivery_earns_a_point_for_each_doubling_of_its_price() {
        for (price, points) in
            [(0, 0), (1, 1), (2, 1), (3, 2), (100, 6), (1_022, 9), (1_023, 10), (Amount::MAX, 10)]
        {
            assert_eq!(change(Conduct::Delivered { price }, FRESH), points, "price {price}");
        }
    }

    #[test]
    fn deliveries_to_one_counterparty_are_capped_a_day() {
        let delivered = Conduct::Delivered { price: 1_023 };
        for (earned_today, points) in [(0, 10), (10, 10), (15, 5), (20, 0), (u16::MAX, 0)] {
            assert_eq!(change(delivered, Dealings { earned_today, ..FRESH }), points);
        }
    }

    #[test]
    fn deliveries_to_all_counterparties_are_capped_a_day() {
        let delivered = Conduct::Delivered { price: 1_023 };
        for (earned_today_of_all, points) in [(0, 10), (50, 10), (55, 5), (60, 0), (u16::MAX, 0)] {
            assert_eq!(change(delivered, Dealings { earned_today_of_all, ..FRESH }), points);
        }
    }

    #[test]
    fn nothing_is_earned_from_ones_own_operator_and_yet_everything_is_lost() {
        let own = Dealings { same_operator: true, ..FRESH };
        assert_eq!(change(Conduct::Delivered { price: 1_023 }, own), 0);
        assert_eq!(change(Conduct::TimedOut, own), -25);
    }

    #[test]
    fn scores_stay_in_range() {
        assert_eq!(apply(995, 10), 1_000);
        assert_eq!(apply(24, -25), 0);
        assert_eq!(apply(500, 0), 500);
    }

    proptest! {
        #[test]
        fn every_loss_is_above_every_gain(price: Amount, same_operator: bool, earned_today: u16, earned_today_of_all: u16) {
            let dealings = Dealings { same_operator, earned_today, earned_today_of_all };
            let gain = change(Conduct::Delivered { price }, dealings);
            prop_assert!(gain >= 0);
            for conduct in [Conduct::TimedOut, Conduct::FalseNotice, Conduct::BadShare] {
                prop_assert!(-change(conduct, dealings) > gain);
            }
        }
    }
}
