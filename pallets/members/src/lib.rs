// SPDX-License-Identifier: Apache-2.0
//! Who may do what.
//!
//! # Overview
//!
//! The members of the consortium (paper III.B: the set C with its subsets U, P, S), each with one
//! identifier that hides a real-world one, a role, a region and keys. Nobody but a member can put a
//! transaction into the pool: [`MemberNonce`] refuses the rest, and gives each member a quota in
//! place of fees.
//!
//! | Call | Who |
//! |---|---|
//! | [`invite`](Call::invite), [`withdraw_invitation`](Call::withdraw_invitation) | a registrar: the processor of a region, the council |
//! | [`apply`](Call::apply) | an invited account |
//! | [`approve`](Call::approve) | the region's processor for users, the council for the rest |
//! | [`suspend`](Call::suspend), [`reinstate`](Call::reinstate) | as `approve` |
//! | [`rotate_keys`](Call::rotate_keys), [`leave`](Call::leave) | the member |
//! | [`set_authorities`](Call::set_authorities), [`set_operator`](Call::set_operator) | the council |
//!
//! ```text
//! invite ─▶ Invited ─ apply ─▶ Applied ─ approve ─▶ Active ⇄ Suspended
//!               └─ withdraw_invitation ─┘              └─ leave ─▶ Left
//! ```
//!
//! An invitation is what lets an applicant, who is no member yet, bring its own application to the
//! chain without opening the pool to strangers (docs/adr/0004-membership-for-fees.md).
//!
//! # Implementation notes
//!
//! A member that left keeps its record: its identifier is never given again, and what it signed
//! can still be judged. The known peers of the network are set with
//! `nodeAuthorization.resetWellKnownNodes`, by the council too.

#![cfg_attr(not(feature = "std"), no_std)]
#![allow(missing_docs)] // macros of FRAME write items without documentation

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod extension;
#[cfg(test)]
mod mock;
mod registry;
mod session;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "try-runtime", test))]
mod try_state;
mod types;
pub mod weights;

pub use extension::{Admission, MemberNonce, NOT_A_MEMBER, NOT_PRIVILEGED, OVER_QUOTA, TOO_MANY_PENDING};
pub use pallet::*;
pub use types::{Application, GenesisMember, Member, Quota, Quotas, Status, Usage};
pub use weights::WeightInfo;

use dmsm_primitives::{
    BlsSignature, MemberId, MemberKeys, MemberRegistry, OpenBusiness, OperatorId, RegionId, Role,
};
use frame_support::{pallet_prelude::*, traits::Contains};
use frame_system::pallet_prelude::*;

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
        /// The energy centre.
        type CouncilOrigin: EnsureOrigin<Self::RuntimeOrigin>;

        /// Accounts that may transact without being members, and send operational calls: the
        /// council's own.
        type Privileged: Contains<Self::AccountId>;

        /// Who can author blocks.
        type SessionKeys: SessionKeys<Self::AccountId>;

        /// Business that a member must settle before it may leave.
        type OpenBusiness: OpenBusiness;

        /// What contracts refuse before it costs a place in the pool.
        type Admission: Admission<Self::AccountId, Self::RuntimeCall>;

        /// What members may send.
        type Quotas: Get<Quotas>;

        /// Length of the window in which a quota counts, blocks.
        #[pallet::constant]
        type QuotaWindow: Get<BlockNumberFor<Self>>;

        /// Most invitations of one inviter that are not settled.
        #[pallet::constant]
        type MaxInvitations: Get<u32>;

        /// Most BLS keys of one member that are remembered after rotation.
        #[pallet::constant]
        type MaxKeyHistory: Get<u32>;

        /// Least time between two rotations of a member's BLS key, blocks. Times `MaxKeyHistory` it is how
        /// long a signature stays proof of who made it.
        #[pallet::constant]
        type RotationInterval: Get<BlockNumberFor<Self>>;

        /// Longest encrypted opening of an identifier, bytes.
        #[pallet::constant]
        type MaxOpening: Get<u32>;

        /// Most authorities.
        #[pallet::constant]
        type MaxAuthorities: Get<u32>;

        /// Longest modulus of a user, bytes: notices are encrypted under it, and a dispute has
        /// the chain encrypt again.
        #[pallet::constant]
        type MaxUserModulus: Get<u32>;

        /// Weights of the calls.
        type WeightInfo: WeightInfo;
    }

    /// Every member there ever was.
    // Identity: keys are SHA-256 digests, but chosen by applicants, so they are hashed again.
    #[pallet::storage]
    pub type Members<T: Config> = StorageMap<_, Blake2_128Concat, MemberId, Member<T::AccountId>>;

    /// The identifier of each account that has one.
    // Blake2: accounts are chosen by their owners.
    #[pallet::storage]
    pub type MemberIdOf<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, MemberId>;

    /// Who invited an account that is no member yet; `None` is the council.
    #[pallet::storage]
    pub type Invitations<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, Option<MemberId>>;

    /// Number of a registrar's invitations that are not settled.
    #[pallet::storage]
    pub type OpenInvitations<T: Config> = StorageMap<_, Blake2_128Concat, Option<MemberId>, u32, ValueQuery>;

    /// Applications that wait for approval.
    #[pallet::storage]
    pub type Applications<T: Config> =
        StorageMap<_, Blake2_128Concat, T::AccountId, Application<T::MaxOpening>>;

    /// BLS keys that a member had before its present one, oldest first.
    #[pallet::storage]
    pub type KeyHistory<T: Config> = StorageMap<
        _,
        Blake2_128Concat,
        MemberId,
        BoundedVec<dmsm_primitives::BlsPublicKey, T::MaxKeyHistory>,
        ValueQuery,
    >;

    /// When each member's BLS key was rotated last.
    // As above.
    #[pallet::storage]
    pub type LastRotations<T: Config> = StorageMap<_, Blake2_128Concat, MemberId, BlockNumberFor<T>>;

    /// Whom a member belongs to, where the energy centre has put it down.
    #[pallet::storage]
    pub type OperatorOf<T: Config> = StorageMap<_, Blake2_128Concat, MemberId, OperatorId>;

    /// The authorities that the council wants from the next session on; empty: those of genesis.
    #[pallet::storage]
    pub type Authorities<T: Config> =
        StorageValue<_, BoundedVec<T::AccountId, T::MaxAuthorities>, ValueQuery>;

    /// What an account sent in its last window.
    #[pallet::storage]
    pub type UsageOf<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, Usage<BlockNumberFor<T>>>;

    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// Members from the start, active.
        pub members: alloc::vec::Vec<GenesisMember<T::AccountId>>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            for member in &self.members {
                Pallet::<T>::check_keys(member.role, &member.keys)
                    .expect("the key of a genesis member has form");
                Pallet::<T>::insert_member(
                    &member.account,
                    member.id,
                    member.role,
                    member.region,
                    member.keys.clone(),
                );
            }
        }
    }

    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// An account may apply.
        Invited {
            /// The account.
            account: T::AccountId,
            /// Who invited it; `None` is the council.
            by: Option<MemberId>,
        },
        /// An account may no longer apply, and its application is gone.
        InvitationWithdrawn {
            /// The account.
            account: T::AccountId,
        },
        /// An application waits for approval.
        Applied {
            /// The applicant.
            account: T::AccountId,
            /// The identifier it wants.
            id: MemberId,
            /// The role it wants.
            role: Role,
            /// The region it is in.
            region: RegionId,
        },
        /// There is a new member.
        Approved {
            /// Its account.
            account: T::AccountId,
            /// Its identifier.
            id: MemberId,
            /// Its role.
            role: Role,
            /// Its region.
            region: RegionId,
        },
        /// A member starts nothing new from here on.
        Suspended {
            /// The member.
            id: MemberId,
        },
        /// A member is active again.
        Reinstated {
            /// The member.
            id: MemberId,
        },
        /// A member has new keys.
        KeysRotated {
            /// The member.
            id: MemberId,
        },
        /// A member is no longer one.
        Left {
            /// The member.
            id: MemberId,
        },
        /// A member was put down as belonging to an operator, or to none.
        OperatorSet {
            /// The member.
            id: MemberId,
            /// Its operator.
            operator: Option<OperatorId>,
        },
        /// From the next session but one these are the authorities.
        AuthoritiesSet {
            /// Their accounts.
            authorities: alloc::vec::Vec<T::AccountId>,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// The account is a member.
        AlreadyMember,
        /// The account was invited before.
        AlreadyInvited,
        /// The account was not invited, or by another registrar.
        NotInvited,
        /// The registrar has as many open invitations as it may.
        TooManyInvitations,
        /// The identifier is taken, now or in the past.
        IdTaken,
        /// The Paillier modulus is too short or too long, even, or has a small factor, or h is out
        /// of range.
        PaillierKeyRefused,
        /// The Paillier modulus is longer than a user's may be.
        ModulusTooLong,
        /// The BLS key is the identity or off the subgroup, or the proof of possession is not by
        /// this key for this member.
        PossessionNotProved,
        /// There is no application of this account.
        NotApplied,
        /// The application changed since the registrar looked at it.
        ApplicationChanged,
        /// The caller is not the registrar of this region and role.
        NotRegistrar,
        /// There is no such member.
        UnknownMember,
        /// The member is not active.
        NotActive,
        /// The member is not suspended.
        NotSuspended,
        /// The member has business that must settle first.
        HasOpenBusiness,
        /// The member is on the authorities' list; the council must take it off first.
        IsAuthority,
        /// Authorities are active processors; this list names another.
        NotProcessor,
        /// There must be an authority.
        NoAuthority,
        /// An authority stands twice on the list.
        DoubledAuthority,
        /// An authority has set no session keys.
        NoSessionKeys,
        /// The member's BLS key was rotated a short while ago.
        RotatedRecently,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            assert!(!T::QuotaWindow::get().is_zero(), "a quota counts in some window");
            assert!(T::MaxAuthorities::get() > 0, "a chain has an authority");
            assert!(T::MaxKeyHistory::get() > 0, "a rotated key stays known");
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Lets an account apply.
        ///
        /// Dispatch origin: an active processor, or the council.
        ///
        /// Errors: `AlreadyMember`, `AlreadyInvited`, `TooManyInvitations`, `NotRegistrar`.
        /// Events: `Invited`.
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::invite())]
        pub fn invite(origin: OriginFor<T>, account: T::AccountId) -> DispatchResult {
            let by = Self::ensure_registrar(origin)?;
            Self::do_invite(account, by.map(|(id, _)| id))
        }

        /// Takes an invitation back, and the application with it.
        ///
        /// Dispatch origin: the registrar that invited, or the council.
        ///
        /// Errors: `NotInvited`, `NotRegistrar`. Events: `InvitationWithdrawn`.
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::withdraw_invitation())]
        pub fn withdraw_invitation(origin: OriginFor<T>, account: T::AccountId) -> DispatchResult {
            let by = Self::ensure_registrar(origin)?;
            Self::do_withdraw_invitation(account, by.map(|(id, _)| id))
        }

        /// Applies for membership. Applying again replaces the application.
        ///
        /// `possession` proves the BLS key for `id`; `opening` is the preimage of `id`, encrypted
        /// under the Paillier key of the region's processor.
        ///
        /// Dispatch origin: an invited account.
        ///
        /// Errors: `NotInvited`, `IdTaken`, `PaillierKeyRefused`, `ModulusTooLong`,
        /// `PossessionNotProved`. Events: `Applied`.
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::apply(opening.len() as u32))]
        pub fn apply(
            origin: OriginFor<T>,
            id: MemberId,
            role: Role,
            region: RegionId,
            keys: MemberKeys,
            possession: BlsSignature,
            opening: BoundedVec<u8, T::MaxOpening>,
        ) -> DispatchResult {
            let account = ensure_signed(origin)?;
            Self::do_apply(account, Application { id, role, region, keys, opening }, possession)
        }

        /// Makes an applicant a member. `application` is the BLAKE2-256 hash of the application
        /// that the registrar looked at.
        ///
        /// Dispatch origin: an active processor of the applicant's region if it applies as a user,
        /// else the council.
        ///
        /// Errors: `NotApplied`, `NotRegistrar`, `ApplicationChanged`, `IdTaken`.
        /// Events: `Approved`.
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::approve())]
        pub fn approve(origin: OriginFor<T>, account: T::AccountId, application: T::Hash) -> DispatchResult {
            let by = Self::ensure_registrar(origin)?;
            Self::do_approve(account, application, by)
        }

        /// Stops a member from starting anything new.
        ///
        /// Dispatch origin: as for approval. Errors: `UnknownMember`, `NotRegistrar`, `NotActive`.
        /// Events: `Suspended`.
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::suspend())]
        pub fn suspend(origin: OriginFor<T>, id: MemberId) -> DispatchResult {
            let by = Self::ensure_registrar(origin)?;
            Self::do_set_status(id, by, Status::Active, Status::Suspended, Error::<T>::NotActive)?;
            Self::deposit_event(Event::Suspended { id });
            Ok(())
        }

        /// Makes a suspended member active again.
        ///
        /// Dispatch origin: as for approval. Errors: `UnknownMember`, `NotRegistrar`,
        /// `NotSuspended`. Events: `Reinstated`.
        #[pallet::call_index(5)]
        #[pallet::weight(T::WeightInfo::reinstate())]
        pub fn reinstate(origin: OriginFor<T>, id: MemberId) -> DispatchResult {
            let by = Self::ensure_registrar(origin)?;
            Self::do_set_status(id, by, Status::Suspended, Status::Active, Error::<T>::NotSuspended)?;
            Self::deposit_event(Event::Reinstated { id });
            Ok(())
        }

        /// Replaces a member's keys. The old BLS key stays known, so that what it signed can be
        /// judged.
        ///
        /// Dispatch origin: the member, active.
        ///
        /// Errors: `UnknownMember`, `NotActive`, `HasOpenBusiness` (an answer that it paid for is on
        /// its way), `PaillierKeyRefused`, `ModulusTooLong`, `PossessionNotProved`.
        /// Events: `KeysRotated`.
        #[pallet::call_index(6)]
        #[pallet::weight(T::WeightInfo::rotate_keys())]
        pub fn rotate_keys(
            origin: OriginFor<T>,
            keys: MemberKeys,
            possession: BlsSignature,
        ) -> DispatchResult {
            let account = ensure_signed(origin)?;
            Self::do_rotate_keys(account, keys, possession)
        }

        /// Ends a membership. The identifier is never given again.
        ///
        /// Dispatch origin: the member.
        ///
        /// Errors: `UnknownMember`, `HasOpenBusiness`, `IsAuthority`. Events: `Left`.
        #[pallet::call_index(7)]
        #[pallet::weight(T::WeightInfo::leave())]
        pub fn leave(origin: OriginFor<T>) -> DispatchResult {
            let account = ensure_signed(origin)?;
            Self::do_leave(account)
        }

        /// Sets who authors and votes, from the next session but one on. Each must have set its
        /// session keys; one that has not is left out by the session.
        ///
        /// Dispatch origin: the council.
        ///
        /// Each must have set its session keys (`session.set_keys`), for which its account needs money: a
        /// set that cannot author would stop the chain.
        ///
        /// Errors: `NoAuthority`, `DoubledAuthority`, `NotProcessor`, `NoSessionKeys`. Events:
        /// `AuthoritiesSet`.
        #[pallet::call_index(8)]
        #[pallet::weight(T::WeightInfo::set_authorities(authorities.len() as u32))]
        pub fn set_authorities(
            origin: OriginFor<T>,
            authorities: BoundedVec<T::AccountId, T::MaxAuthorities>,
        ) -> DispatchResult {
            T::CouncilOrigin::ensure_origin(origin)?;
            Self::do_set_authorities(authorities)
        }

        /// Puts a member down as belonging to an operator, or to none. Processors earn no credit
        /// from members of their own operator.
        ///
        /// Dispatch origin: the council. Errors: `UnknownMember`. Events: `OperatorSet`.
        #[pallet::call_index(9)]
        #[pallet::weight(T::WeightInfo::set_operator())]
        pub fn set_operator(
            origin: OriginFor<T>,
            id: MemberId,
            operator: Option<OperatorId>,
        ) -> DispatchResult {
            T::CouncilOrigin::ensure_origin(origin)?;
            ensure!(Members::<T>::contains_key(id), Error::<T>::UnknownMember);
            OperatorOf::<T>::set(id, operator);
            Self::deposit_event(Event::OperatorSet { id, operator });
            Ok(())
        }
    }
}

/// Who can author blocks.
pub trait SessionKeys<AccountId> {
    /// Whether the account has set its session keys.
    fn are_set(account: &AccountId) -> bool;

    /// Sets some.
    #[cfg(feature = "runtime-benchmarks")]
    fn set(account: &AccountId);
}

/// A registrar that is not the council: a processor and its region.
type Registrar = Option<(MemberId, RegionId)>;

impl<T: Config> Pallet<T> {
    /// The council (`None`), or an active processor.
    fn ensure_registrar(origin: OriginFor<T>) -> Result<Registrar, DispatchError> {
        let origin = match T::CouncilOrigin::try_origin(origin) {
            Ok(_) => return Ok(None),
            Err(origin) => origin,
        };
        let account = ensure_signed(origin)?;
        Self::active(&account, Role::Processor).map(Some).ok_or(Error::<T>::NotRegistrar.into())
    }

    /// Users belong to the processor of their region, and to the council like everybody else.
    fn ensure_registrar_of(by: Registrar, role: Role, region: RegionId) -> DispatchResult {
        let may = match by {
            None => true,
            Some((_, own)) => role == Role::User && own == region,
        };
        ensure!(may, Error::<T>::NotRegistrar);
        Ok(())
    }

    fn check_keys(role: Role, keys: &MemberKeys) -> DispatchResult {
        if role == Role::User {
            ensure!(keys.paillier.n.len() as u32 <= T::MaxUserModulus::get(), Error::<T>::ModulusTooLong);
        }
        ensure!(
            dmsm_host::dmsm_consensus::paillier_key_has_form(&keys.paillier.n, &keys.paillier.h),
            Error::<T>::PaillierKeyRefused
        );
        Ok(())
    }

    fn check_possession(keys: &MemberKeys, id: &MemberId, possession: &BlsSignature) -> DispatchResult {
        ensure!(
            dmsm_host::dmsm_consensus::bls_verify_possession(&keys.bls.0, &id.0, &possession.0),
            Error::<T>::PossessionNotProved
        );
        Ok(())
    }

    fn insert_member(account: &T::AccountId, id: MemberId, role: Role, region: RegionId, keys: MemberKeys) {
        // Lets the account have a nonce although it holds no money.
        frame_system::Pallet::<T>::inc_sufficients(account);
        MemberIdOf::<T>::insert(account, id);
        Members::<T>::insert(
            id,
            Member { account: account.clone(), role, region, status: Status::Active, keys },
        );
    }

    /// Ends an invitation, whichever way.
    fn settle_invitation(account: &T::AccountId) -> DispatchResult {
        let by = Invitations::<T>::take(account).ok_or(Error::<T>::NotInvited)?;
        OpenInvitations::<T>::mutate_exists(by, |open| {
            *open = open.unwrap_or_default().checked_sub(1).filter(|left| *left > 0);
        });
        Applications::<T>::remove(account);
        frame_system::Pallet::<T>::dec_sufficients(account);
        Ok(())
    }

    fn do_invite(account: T::AccountId, by: Option<MemberId>) -> DispatchResult {
        ensure!(!MemberIdOf::<T>::contains_key(&account), Error::<T>::AlreadyMember);
        ensure!(!Invitations::<T>::contains_key(&account), Error::<T>::AlreadyInvited);
        OpenInvitations::<T>::try_mutate(by, |open| {
            ensure!(*open < T::MaxInvitations::get(), Error::<T>::TooManyInvitations);
            *open += 1;
            Ok::<_, DispatchError>(())
        })?;
        frame_system::Pallet::<T>::inc_sufficients(&account);
        Invitations::<T>::insert(&account, by);
        Self::deposit_event(Event::Invited { account, by });
        Ok(())
    }

    fn do_withdraw_invitation(account: T::AccountId, by: Option<MemberId>) -> DispatchResult {
        let inviter = Invitations::<T>::get(&account).ok_or(Error::<T>::NotInvited)?;
        ensure!(by.is_none() || by == inviter, Error::<T>::NotInvited);
        Self::settle_invitation(&account)?;
        Self::deposit_event(Event::InvitationWithdrawn { account });
        Ok(())
    }

    fn do_apply(
        account: T::AccountId,
        application: Application<T::MaxOpening>,
        possession: BlsSignature,
    ) -> DispatchResult {
        ensure!(Invitations::<T>::contains_key(&account), Error::<T>::NotInvited);
        let Application { id, role, region, .. } = application;
        ensure!(!Members::<T>::contains_key(id), Error::<T>::IdTaken);
        Self::check_keys(role, &application.keys)?;
        Self::check_possession(&application.keys, &id, &possession)?;
        Applications::<T>::insert(&account, application);
        Self::deposit_event(Event::Applied { account, id, role, region });
        Ok(())
    }

    fn do_approve(account: T::AccountId, hash: T::Hash, by: Registrar) -> DispatchResult {
        let application = Applications::<T>::get(&account).ok_or(Error::<T>::NotApplied)?;
        Self::ensure_registrar_of(by, application.role, application.region)?;
        ensure!(Self::application_hash(&application) == hash, Error::<T>::ApplicationChanged);
        let Application { id, role, region, keys, .. } = application;
        ensure!(!Members::<T>::contains_key(id), Error::<T>::IdTaken);
        Self::insert_member(&account, id, role, region, keys);
        Self::settle_invitation(&account)?;
        Self::deposit_event(Event::Approved { account, id, role, region });
        Ok(())
    }

    /// What a registrar approves.
    pub fn application_hash(application: &Application<T::MaxOpening>) -> T::Hash {
        use sp_runtime::traits::Hash;
        T::Hashing::hash_of(application)
    }

    fn do_set_status(
        id: MemberId,
        by: Registrar,
        from: Status,
        to: Status,
        otherwise: Error<T>,
    ) -> DispatchResult {
        Members::<T>::try_mutate(id, |member| {
            let member = member.as_mut().ok_or(Error::<T>::UnknownMember)?;
            Self::ensure_registrar_of(by, member.role, member.region)?;
            ensure!(member.status == from, otherwise);
            member.status = to;
            Ok(())
        })
    }

    fn do_rotate_keys(account: T::AccountId, keys: MemberKeys, possession: BlsSignature) -> DispatchResult {
        let id = Self::id_of(&account).ok_or(Error::<T>::UnknownMember)?;
        Members::<T>::try_mutate(id, |member| {
            let member = member.as_mut().ok_or(Error::<T>::UnknownMember)?;
            ensure!(member.status == Status::Active, Error::<T>::NotActive);
            ensure!(!T::OpenBusiness::needs_keys(&id), Error::<T>::HasOpenBusiness);
            Self::check_keys(member.role, &keys)?;
            Self::check_possession(&keys, &id, &possession)?;
            if member.keys.bls != keys.bls {
                let now = frame_system::Pallet::<T>::block_number();
                let last = LastRotations::<T>::get(id);
                let next =
                    last.map(|last| sp_runtime::Saturating::saturating_add(last, T::RotationInterval::get()));
                ensure!(next.is_none_or(|next| now >= next), Error::<T>::RotatedRecently);
                LastRotations::<T>::insert(id, now);
                KeyHistory::<T>::mutate(id, |history| {
                    if history.is_full() {
                        history.remove(0);
                    }
                    let _ = history.try_push(member.keys.bls);
                });
            }
            member.keys = keys;
            Ok::<_, DispatchError>(())
        })?;
        Self::deposit_event(Event::KeysRotated { id });
        Ok(())
    }

    fn do_leave(account: T::AccountId) -> DispatchResult {
        let id = Self::id_of(&account).ok_or(Error::<T>::UnknownMember)?;
        ensure!(!T::OpenBusiness::has_any(&id), Error::<T>::HasOpenBusiness);
        ensure!(!Authorities::<T>::get().contains(&account), Error::<T>::IsAuthority);
        Members::<T>::try_mutate(id, |member| {
            let member = member.as_mut().ok_or(Error::<T>::UnknownMember)?;
            member.status = Status::Left;
            Ok::<_, DispatchError>(())
        })?;
        MemberIdOf::<T>::remove(&account);
        UsageOf::<T>::remove(&account);
        frame_system::Pallet::<T>::dec_sufficients(&account);
        Self::deposit_event(Event::Left { id });
        Ok(())
    }

    fn do_set_authorities(authorities: BoundedVec<T::AccountId, T::MaxAuthorities>) -> DispatchResult {
        ensure!(!authorities.is_empty(), Error::<T>::NoAuthority);
        let distinct: alloc::collections::BTreeSet<_> = authorities.iter().collect();
        ensure!(distinct.len() == authorities.len(), Error::<T>::DoubledAuthority);
        for account in &authorities {
            ensure!(Self::active(account, Role::Processor).is_some(), Error::<T>::NotProcessor);
            ensure!(T::SessionKeys::are_set(account), Error::<T>::NoSessionKeys);
        }
        Authorities::<T>::put(&authorities);
        Self::deposit_event(Event::AuthoritiesSet { authorities: authorities.into_inner() });
        Ok(())
    }
}
