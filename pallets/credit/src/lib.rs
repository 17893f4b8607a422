// SPDX-License-Identifier: Apache-2.0
//! The credit of processors, from what they did.
//!
//! # Overview
//!
//! Paper IV.B: "If the request is completed within time T, the credit value goes up and down
//! otherwise. All nodes in the consortium blockchain can see the credit value". Other contracts
//! write conduct down through [`CreditBook`]; nobody can set a score. [`formula::change`] says what
//! each conduct is worth.
//!
//! Every change is an event with its cause, so that anybody can replay a score from its history.
//!
//! # Implementation notes
//!
//! Days are those of the chain's clock, in UTC. State grows with processors and with the pairs of
//! a processor and a counterparty that it delivered to, not with deliveries.

#![cfg_attr(not(feature = "std"), no_std)]
#![allow(missing_docs)] // macros of FRAME write items without documentation

#[cfg(test)]
mod tests;

pub use dmsm_primitives::credit as formula;
pub use pallet::*;

use codec::{Decode, Encode, MaxEncodedLen};
use dmsm_primitives::{time::DAY_MILLIS, Conduct, CreditBook, MemberId, MemberRegistry, Moment, Score};
use formula::Dealings;
use frame_support::{pallet_prelude::*, traits::Time};
use frame_system::pallet_prelude::BlockNumberFor;

/// What a processor earned in a day.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Earned {
    /// Days since the Unix epoch.
    pub day: u32,
    /// Points earned on that day.
    pub points: u16,
}

#[frame_support::pallet]
pub mod pallet {
    use super::*;

    /// The shape of this pallet's storage.
    pub const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config: frame_system::Config {
        /// Who belongs to whom.
        type Members: MemberRegistry<Self::AccountId>;

        /// The chain's clock, ms.
        type Time: Time<Moment = Moment>;
    }

    /// Scores of processors that did anything yet; the others have [`formula::INITIAL_SCORE`].
    // Blake2: identifiers are digests, but chosen by applicants.
    #[pallet::storage]
    pub type Scores<T: Config> = StorageMap<_, Blake2_128Concat, MemberId, Score>;

    /// What deliveries earned on their last day, by processor and counterparty.
    // Blake2 twice: as above.
    #[pallet::storage]
    pub type Earnings<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, MemberId, Blake2_128Concat, MemberId, Earned, ValueQuery>;

    /// What deliveries earned on a processor's last day, from everybody.
    // Blake2: as above.
    #[pallet::storage]
    pub type DailyEarnings<T: Config> = StorageMap<_, Blake2_128Concat, MemberId, Earned, ValueQuery>;

    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A processor's conduct was written down.
        Recorded {
            /// The processor.
            processor: MemberId,
            /// Towards whom.
            counterparty: MemberId,
            /// What it did.
            conduct: Conduct,
            /// What that is worth, points.
            change: i16,
            /// The score from here on.
            score: Score,
        },
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }
}

impl<T: Config> Pallet<T> {
    fn dealings(processor: &MemberId, counterparty: &MemberId) -> (u32, Dealings) {
        let day = (T::Time::now() / DAY_MILLIS) as u32;
        let earned = Earnings::<T>::get(processor, counterparty);
        let operator = T::Members::operator_of(processor);
        let same_operator = processor == counterparty
            || operator.is_some() && operator == T::Members::operator_of(counterparty);
        let today = |earned: Earned| if earned.day == day { earned.points } else { 0 };
        let earned_today_of_all = today(DailyEarnings::<T>::get(processor));
        (day, Dealings { same_operator, earned_today: today(earned), earned_today_of_all })
    }

    /// Invariants:
    ///
    /// 1. No score is above [`formula::MAX_SCORE`].
    /// 2. Nobody earned more in a day from one counterparty than [`formula::DAILY_CAP`], nor from all
    ///    than [`formula::DAILY_CAP_OF_ALL`].
    #[cfg(any(feature = "try-runtime", test))]
    pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
        for (_, score) in Scores::<T>::iter() {
            ensure!(score <= formula::MAX_SCORE, "credit: a score out of range");
        }
        for (_, _, earned) in Earnings::<T>::iter() {
            ensure!(earned.points <= formula::DAILY_CAP, "credit: more earned than a day allows");
        }
        for (_, earned) in DailyEarnings::<T>::iter() {
            ensure!(earned.points <= formula::DAILY_CAP_OF_ALL, "credit: more earned than a day allows");
        }
        Ok(())
    }
}

impl<T: Config> CreditBook for Pallet<T> {
    fn score(processor: &MemberId) -> Score {
        Scores::<T>::get(processor).unwrap_or(formula::INITIAL_SCORE)
    }

    fn record(processor: &MemberId, counterparty: &MemberId, conduct: Conduct) {
        let (day, dealings) = Self::dealings(processor, counterparty);
        let change = formula::change(conduct, dealings);
        if change > 0 {
            let points = dealings.earned_today.saturating_add_signed(change);
            Earnings::<T>::insert(processor, counterparty, Earned { day, points });
            let points = dealings.earned_today_of_all.saturating_add_signed(change);
            DailyEarnings::<T>::insert(processor, Earned { day, points });
        }
        let score = formula::apply(Self::score(processor), change);
        Scores::<T>::insert(processor, score);
        let (processor, counterparty) = (*processor, *counterparty);
        Self::deposit_event(Event::Recorded { processor, counterparty, conduct, change, score });
    }
}
