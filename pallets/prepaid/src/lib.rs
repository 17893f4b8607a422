// SPDX-License-Identifier: Apache-2.0
//! Paid requests under a time-lock, and the worker that answers them.
//!
//! # Overview
//!
//! Paper IV.B with Fig. 3 and 4, V.B with Fig. 7. A user asks the processor of its region for a
//! bill, usage details or advice, encrypted for it, and its money is held. The processor accepts
//! under a hash-lock C = SHA-256(x) and has until the time-lock's T to hand in x with the encrypted
//! answer: answer and payment change hands in one call. Otherwise the money goes back by itself,
//! and the processor loses credit.
//!
//! | Call | Who |
//! |---|---|
//! | [`set_request_type`](Call::set_request_type) | the council |
//! | [`request`](Call::request), [`cancel`](Call::cancel) | the requester |
//! | [`accept`](Call::accept), [`reject`](Call::reject), [`fulfil`](Call::fulfil) | the processor |
//!
//! ```text
//!              reject (refund)              deadline T
//! Requested ──────────────▶ Rejected  Accepted ─────────────▶ TimedOut   (refund, credit down)
//!    │ │ └─ not accepted in time ─▶ Expired (refund)  │
//!    │ └─ cancel ─▶ Cancelled (refund)                └─ fulfil before T ─▶ Fulfilled (pay, credit up)
//!    └─ accept ─▶ Accepted
//! ```
//!
//! # The boundary
//!
//! At one deadline T either the claim or the refund can happen, never both: a claim needs now < T,
//! and the refund runs at the first block with now >= T, before that block's transactions. `now` is
//! the block's timestamp. A backlog of refunds is worked off in the order of deadlines, as far as a
//! block's weight allows, and is never dropped.
//!
//! # Implementation notes
//!
//! State holds open requests with their letters, and the last [`MAX_RECENT`] outcomes of each
//! requester; answers are in the block bodies. The deadline queue is a map whose keys are
//! big-endian, so that the trie itself keeps it in order (docs/adr/0007-deadline-queue.md).

#![cfg_attr(not(feature = "std"), no_std)]
#![allow(missing_docs)] // macros of FRAME write items without documentation
#![allow(clippy::large_enum_variant)] // calls are decoded, dispatched and gone

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod check;
mod deadlines;
#[cfg(test)]
mod mock;
mod settle;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "try-runtime", test))]
mod try_state;
mod types;
pub mod weights;
pub mod worker;

pub use check::REFUSED;
pub use pallet::*;
pub use types::{
    Delivery, Order, Outcome, Request, RequestType, Settled, State, MAX_ANSWER_IN_CLOUD, MAX_ANSWER_READ,
    MAX_PREIMAGE, MAX_RECENT,
};
pub use weights::WeightInfo;

use dmsm_primitives::{
    request::{ContentId, Rejection},
    BlsSignature, CreditBook, DeviceRegistry, Escrow, MemberId, MemberRegistry, Moment, RequestId,
    RequestKind, Score,
};
use frame_support::{pallet_prelude::*, traits::Time, weights::WeightMeter};
use frame_system::{offchain::CreateSignedTransaction, pallet_prelude::*};
use sp_runtime::SaturatedConversion;

/// An open request of a runtime.
pub type RequestOf<T> = Request<<T as frame_system::Config>::AccountId>;

#[frame_support::pallet]
pub mod pallet {
    use super::*;

    /// The shape of this pallet's storage.
    pub const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config: CreateSignedTransaction<Call<Self>> + frame_system::Config {
        /// The energy centre.
        type CouncilOrigin: EnsureOrigin<Self::RuntimeOrigin>;

        /// Who is a member.
        type Members: MemberRegistry<Self::AccountId>;

        /// Whose meters there are.
        type Devices: DeviceRegistry;

        /// Where conduct is written down.
        type Credit: CreditBook;

        /// Where prepayments are held.
        type Escrow: Escrow<Self::AccountId, Error = DispatchError>;

        /// The chain's clock, ms.
        type Time: Time<Moment = Moment>;

        /// The worker's account, in the node's keystore.
        type WorkerAccount: frame_system::offchain::AppCrypto<Self::Public, Self::Signature>;

        /// Longest letter, bytes of ciphertext.
        #[pallet::constant]
        type MaxLetter: Get<u32>;

        /// Longest answer in a block, bytes of ciphertext.
        #[pallet::constant]
        type MaxAnswer: Get<u32>;

        /// How far a request's timestamp may be from the chain's clock, ms.
        #[pallet::constant]
        type MaxSkew: Get<Moment>;

        /// Most refunds of one block.
        #[pallet::constant]
        type MaxRefunds: Get<u32>;

        /// Weights of the calls.
        type WeightInfo: WeightInfo;
    }

    /// Why money is held.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// It pays for a request, if it is answered in time.
        Prepayment,
    }

    /// What can be asked for.
    // Twox: kinds are ours.
    #[pallet::storage]
    pub type RequestTypes<T: Config> = StorageMap<_, Twox64Concat, RequestKind, RequestType>;

    /// Number of the next request.
    #[pallet::storage]
    pub type NextRequest<T: Config> = StorageValue<_, RequestId, ValueQuery>;

    /// Open requests.
    // Twox: numbers are given out by us.
    #[pallet::storage]
    pub type Requests<T: Config> = StorageMap<_, Twox64Concat, RequestId, RequestOf<T>>;

    /// Letters of open requests, encrypted under the processor's key.
    // Twox: as above.
    #[pallet::storage]
    pub type Letters<T: Config> = StorageMap<_, Twox64Concat, RequestId, BoundedVec<u8, T::MaxLetter>>;

    /// Open requests by who is asked, then by who asked.
    // Blake2: identifiers are chosen by applicants. Twox: numbers are ours.
    #[pallet::storage]
    pub type Inbox<T: Config> = StorageDoubleMap<_, Blake2_128Concat, MemberId, Twox64Concat, RequestId, ()>;

    /// Open requests by who asked.
    // As for `Inbox`.
    #[pallet::storage]
    pub type Outbox<T: Config> = StorageDoubleMap<_, Blake2_128Concat, MemberId, Twox64Concat, RequestId, ()>;

    /// How many requests each processor has accepted and not yet answered.
    // Blake2: identifiers are chosen by applicants.
    #[pallet::storage]
    pub type Promised<T: Config> = StorageMap<_, Blake2_128Concat, MemberId, u32, ValueQuery>;

    /// When open requests run out: deadline and number, both big-endian, so that the first key is
    /// what runs out first.
    // Identity: the order of the keys is the point; both are given out by us.
    #[pallet::storage]
    pub type Deadlines<T: Config> = StorageDoubleMap<_, Identity, [u8; 8], Identity, [u8; 8], ()>;

    /// Timestamp of each requester's last request; the next one is later.
    // Blake2: identifiers are chosen by applicants.
    #[pallet::storage]
    pub type LastTimestamps<T: Config> = StorageMap<_, Blake2_128Concat, MemberId, Moment>;

    /// The last requests of each requester that ended, oldest first.
    // As above.
    #[pallet::storage]
    pub type Recent<T: Config> = StorageMap<
        _,
        Blake2_128Concat,
        MemberId,
        BoundedVec<Settled<BlockNumberFor<T>>, ConstU32<MAX_RECENT>>,
        ValueQuery,
    >;

    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// What can be asked for from the start.
        pub types: alloc::vec::Vec<(RequestKind, RequestType)>,
        #[serde(skip)]
        pub _marker: core::marker::PhantomData<T>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            for (kind, request_type) in &self.types {
                Pallet::<T>::check_type(request_type).expect("a request type of genesis has form");
                RequestTypes::<T>::insert(kind, request_type);
            }
        }
    }

    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A kind of request is on offer under these terms, or no longer.
        RequestTypeSet {
            /// The kind.
            kind: RequestKind,
            /// The terms.
            terms: Option<RequestType>,
        },
        /// A member asked, and its money is held.
        Requested {
            /// The request.
            request: RequestId,
            /// Who asked.
            requester: MemberId,
            /// Who is asked.
            processor: MemberId,
            /// What is asked.
            cid: ContentId,
            /// What is held.
            price: dmsm_primitives::Amount,
            /// Until when it must be accepted.
            deadline: Moment,
        },
        /// The processor will answer in time or lose credit.
        Accepted {
            /// The request.
            request: RequestId,
            /// The hash-lock.
            lock: [u8; 32],
            /// The processor's score.
            credit: Score,
            /// Until when it must be answered.
            deadline: Moment,
        },
        /// The request was answered, and paid. The answer is in this block's body or in the cloud.
        Fulfilled {
            /// The request.
            request: RequestId,
            /// The preimage of the lock.
            preimage: [u8; 32],
            /// SHA-256 of the answer's ciphertext, masked if it is in the cloud.
            digest: [u8; 32],
            /// Who holds the answer, if it is not in this block.
            cloud: Option<MemberId>,
        },
        /// The processor will not answer; the money is free again.
        Rejected {
            /// The request.
            request: RequestId,
            /// Why.
            reason: Rejection,
        },
        /// The requester took its request back; the money is free again.
        Cancelled {
            /// The request.
            request: RequestId,
        },
        /// The request was not accepted in time; the money is free again.
        Expired {
            /// The request.
            request: RequestId,
        },
        /// The request was not answered in time; the money is free again.
        TimedOut {
            /// The request.
            request: RequestId,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// The caller is no member.
        NotMember,
        /// The caller is suspended.
        Suspended,
        /// There is no such processor.
        UnknownProcessor,
        /// The processor is suspended.
        ProcessorSuspended,
        /// The processor is in another region.
        NotLocalProcessor,
        /// Nothing of this kind is on offer.
        UnknownType,
        /// The caller's role may not ask for this kind.
        RoleNotAllowed,
        /// The price is not the one that the requester signed.
        PriceChanged,
        /// The time limit is not the one that the requester signed.
        TimeLimitChanged,
        /// The timestamp is too long ago.
        StaleTimestamp,
        /// The timestamp is too far ahead of the chain's clock.
        FutureTimestamp,
        /// The timestamp is not later than that of the requester's last request.
        RepeatedTimestamp,
        /// The letter is not one block under the processor's key, or not in Z*_{n²}.
        BadLetter,
        /// The signature is not the caller's over all that it must cover.
        BadSignature,
        /// The requester's free money does not cover the price.
        CannotPay,
        /// There is no such request, or it has ended.
        UnknownRequest,
        /// The request is another one than the caller looked at.
        WrongRequest,
        /// The caller is not the processor that was asked.
        NotItsProcessor,
        /// The caller is not the one who asked.
        NotItsRequester,
        /// The request was accepted already.
        AlreadyAccepted,
        /// The request must be accepted first.
        NotAccepted,
        /// The deadline has passed.
        DeadlinePassed,
        /// The credit given is not the processor's score.
        WrongCredit,
        /// The preimage has not exactly 32 bytes.
        BadPreimageLength,
        /// The preimage does not open the lock.
        WrongPreimage,
        /// The answer is longer than a block takes.
        AnswerTooLong,
        /// The answer is not whole blocks under the requester's key, or not in Z*_{n²}.
        BadAnswer,
        /// There is no such cloud.
        UnknownCloud,
        /// The cloud is suspended.
        CloudSuspended,
        /// The receipt is not the cloud's for what this processor handed in there.
        BadReceipt,
        /// A price of zero, a time limit that is not between 1 s and 30 days, or no role.
        BadTerms,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            assert!(T::MaxRefunds::get() > 0, "a backlog of refunds is worked off");
            assert!(T::MaxLetter::get() >= 1_024, "a letter under 4,096 bits fits");
        }

        fn on_poll(_: BlockNumberFor<T>, meter: &mut WeightMeter) {
            Self::refund_due(meter);
        }

        fn offchain_worker(now: BlockNumberFor<T>) {
            worker::run::<T>(now.saturated_into());
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Puts a kind of request on offer, changes its terms, or takes it off the offer. Open
        /// requests keep their terms.
        ///
        /// Dispatch origin: the council. Errors: `BadTerms`. Events: `RequestTypeSet`.
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::set_request_type())]
        pub fn set_request_type(
            origin: OriginFor<T>,
            kind: RequestKind,
            terms: Option<RequestType>,
        ) -> DispatchResult {
            T::CouncilOrigin::ensure_origin(origin)?;
            Self::do_set_request_type(kind, terms)
        }

        /// Asks a processor and holds the price.
        ///
        /// `letter` is a `Content`, encrypted under the processor's key: one block. `signature` is
        /// the requester's BLS signature over the `RequestSeal`. The order of the checks is the
        /// paper's: identifiers, CID, timestamp, signature; then the money.
        ///
        /// Dispatch origin: an active member whose role may ask for this kind.
        ///
        /// Errors: `NotMember`, `Suspended`, `UnknownProcessor`, `ProcessorSuspended`,
        /// `NotLocalProcessor`, `UnknownType`, `RoleNotAllowed`, `PriceChanged`,
        /// `TimeLimitChanged`, `StaleTimestamp`, `FutureTimestamp`, `RepeatedTimestamp`,
        /// `BadLetter`, `BadSignature`, `CannotPay`. Events: `Requested`.
        #[pallet::call_index(1)]
        #[pallet::weight(check::request_weight::<T>(letter.len()))]
        pub fn request(
            origin: OriginFor<T>,
            order: Order,
            letter: BoundedVec<u8, T::MaxLetter>,
            signature: BlsSignature,
        ) -> DispatchResult {
            let account = ensure_signed(origin)?;
            Self::do_request(account, order, letter, signature)
        }

        /// Promises an answer before T.
        ///
        /// `digest` is that of the letter that was looked at, `lock` is SHA-256 of a secret of 32
        /// bytes, `credit` the processor's score.
        ///
        /// Dispatch origin: the processor, active.
        ///
        /// Errors: `UnknownRequest`, `NotItsProcessor`, `ProcessorSuspended`, `WrongRequest`,
        /// `AlreadyAccepted`, `DeadlinePassed`, `WrongCredit`. Events: `Accepted`.
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::accept())]
        pub fn accept(
            origin: OriginFor<T>,
            request: RequestId,
            digest: [u8; 32],
            lock: [u8; 32],
            credit: Score,
        ) -> DispatchResult {
            let account = ensure_signed(origin)?;
            Self::do_accept(account, request, digest, lock, credit)
        }

        /// Refuses a request; the money is free again.
        ///
        /// Dispatch origin: the processor, active or suspended.
        ///
        /// Errors: `UnknownRequest`, `NotItsProcessor`, `WrongRequest`, `AlreadyAccepted`,
        /// `DeadlinePassed`. Events: `Rejected`.
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::reject())]
        pub fn reject(
            origin: OriginFor<T>,
            request: RequestId,
            digest: [u8; 32],
            reason: Rejection,
        ) -> DispatchResult {
            let account = ensure_signed(origin)?;
            Self::do_reject(account, request, digest, reason)
        }

        /// Takes a request back before it is accepted; the money is free again.
        ///
        /// Dispatch origin: the requester, active or suspended.
        ///
        /// Errors: `UnknownRequest`, `NotItsRequester`, `AlreadyAccepted`, `DeadlinePassed`.
        /// Events: `Cancelled`.
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::cancel())]
        pub fn cancel(origin: OriginFor<T>, request: RequestId) -> DispatchResult {
            let account = ensure_signed(origin)?;
            Self::do_cancel(account, request)
        }

        /// Opens the lock and hands in the answer, before T; the money is the processor's.
        ///
        /// `preimage` is x with SHA-256(x) = C. `delivery` is an `Answer`, encrypted under the
        /// requester's key in blocks, or the cloud's receipt for such a one, masked by x.
        /// `signature` is the processor's BLS signature over the `AnswerSeal`.
        ///
        /// Dispatch origin: the processor, active or suspended.
        ///
        /// Errors: `UnknownRequest`, `NotItsProcessor`, `NotAccepted`, `DeadlinePassed`,
        /// `BadPreimageLength`, `WrongPreimage`, `AnswerTooLong`, `BadAnswer`, `UnknownCloud`,
        /// `CloudSuspended`, `BadReceipt`, `BadSignature`.
        /// Events: `Fulfilled`.
        #[pallet::call_index(5)]
        #[pallet::weight(check::fulfil_weight::<T>(delivery))]
        pub fn fulfil(
            origin: OriginFor<T>,
            request: RequestId,
            preimage: BoundedVec<u8, ConstU32<MAX_PREIMAGE>>,
            delivery: Delivery,
            signature: BlsSignature,
        ) -> DispatchResult {
            let account = ensure_signed(origin)?;
            Self::do_fulfil(account, request, &preimage, &delivery, signature)
        }
    }
}

impl<T: Config> Pallet<T> {
    pub(crate) fn genesis_hash() -> [u8; 32] {
        let genesis = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::default());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(&genesis.as_ref()[..32]);
        bytes
    }
}

impl<T: Config> dmsm_primitives::OpenBusiness for Pallet<T> {
    fn has_any(member: &MemberId) -> bool {
        Inbox::<T>::iter_key_prefix(member).next().is_some() || Self::needs_keys(member)
    }

    // An answer is made under the requester's key. If that could change while the answer waits in
    // the pool, where everybody reads it, the requester would have it and not pay. And a processor
    // opens the locks of what it accepted with the keys that it had then.
    fn needs_keys(member: &MemberId) -> bool {
        Promised::<T>::contains_key(member) || Outbox::<T>::iter_key_prefix(member).next().is_some()
    }
}
