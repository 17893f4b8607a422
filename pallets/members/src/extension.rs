// SPDX-License-Identifier: Apache-2.0
//! Membership and quota in place of fees.

use crate::{Call, Config, Invitations, MemberIdOf, Members, Pallet, Quota, Usage, UsageOf, WeightInfo};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode};
use dmsm_primitives::Role;
use frame_support::{
    dispatch::{DispatchClass, DispatchInfo, PostDispatchInfo},
    pallet_prelude::{TransactionSource, Weight},
    traits::{Contains, Get, IsSubType, OriginTrait},
    DebugNoBound,
};
use frame_system::{pallet_prelude::BlockNumberFor, CheckNonce, ValidNonceInfo};
use scale_info::TypeInfo;
use sp_runtime::{
    traits::{
        AsSystemOriginSigner, DispatchInfoOf, Dispatchable, PostDispatchInfoOf, TransactionExtension,
        UniqueSaturatedInto, ValidateResult,
    },
    transaction_validity::{
        InvalidTransaction, TransactionLongevity, TransactionPriority, TransactionValidityError,
        ValidTransaction,
    },
    DispatchResult, Saturating,
};

/// `InvalidTransaction::Custom` code: the signer is no member, or an invited account that does
/// anything but apply.
pub const NOT_A_MEMBER: u8 = 1;
/// `InvalidTransaction::Custom` code: the signer has used its quota of this window.
pub const OVER_QUOTA: u8 = 2;
/// `InvalidTransaction::Custom` code: the signer has too many transactions in the pool.
pub const TOO_MANY_PENDING: u8 = 3;
/// `InvalidTransaction::Custom` code: an operational call by an account that is not privileged.
pub const NOT_PRIVILEGED: u8 = 4;

/// What contracts refuse before it costs a place in the pool.
pub trait Admission<AccountId, Call> {
    /// Checks a member's call at the state of the best block. A refusal is a code of
    /// `InvalidTransaction::Custom`; those up to 15 are this pallet's.
    fn admit(who: &AccountId, call: &Call) -> Result<(), u8>;

    /// Of transactions with the same slot one alone waits in the pool: for calls of which each could
    /// be admitted, and yet only the first would succeed.
    fn slot(_: &AccountId, _: &Call) -> Option<Vec<u8>> {
        None
    }
}

/// Admits every call.
impl<AccountId, Call> Admission<AccountId, Call> for () {
    fn admit(_: &AccountId, _: &Call) -> Result<(), u8> {
        Ok(())
    }
}

/// Priority of a member's next transaction; each further one in the pool has one less.
const FIRST_IN_LINE: TransactionPriority = 1 << 32;

/// Checks the nonce, as `frame_system::CheckNonce` does, and that the signer is a member within its
/// quota.
///
/// # Transaction Validity
///
/// - No member: `Custom(`[`NOT_A_MEMBER`]`)`.
/// - Quota of the window used, what waits in the pool included: `Custom(`[`OVER_QUOTA`]`)`.
/// - Too far ahead of the account's nonce: `Custom(`[`TOO_MANY_PENDING`]`)`.
/// - An operational call by an account that is not [`Config::Privileged`]:
///   `Custom(`[`NOT_PRIVILEGED`]`)`. Nothing bounds the operational weight of a block, and a call keeps
///   its weight when it fails for want of rights: a member could fill block after block.
/// - One transaction of a [slot](Admission::slot) waits at a time; a second is refused as one of too low
///   a priority.
/// - Refused by [`Config::Admission`], outside of blocks: in a block the call checks again itself.
/// - Priority falls with the distance from the account's nonce. So members take turns in the pool:
///   a flood from one waits behind the first transaction of every other.
///
/// It is encoded and named as `CheckNonce`, because it takes its place: wallets that know the one
/// sign for the other, and no custom type is needed.
#[derive(Clone, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
#[scale_info(skip_type_params(T))]
pub struct MemberNonce<T: Config>(#[codec(compact)] pub T::Nonce);

impl<T: Config> MemberNonce<T> {
    /// For clients: an extension with this nonce.
    pub fn from(nonce: T::Nonce) -> Self {
        Self(nonce)
    }
}

impl<T: Config> core::fmt::Debug for MemberNonce<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "MemberNonce({:?})", self.0)
    }
}

/// What [`MemberNonce`] found out while validating.
#[derive(DebugNoBound)]
pub enum Val<T: Config> {
    /// The signer, whose nonce and usage are to be counted.
    Signer(T::AccountId),
    /// No signer: nothing to count, weight to give back.
    Unsigned(Weight),
}

impl<T: Config> Pallet<T> {
    fn quota_of(account: &T::AccountId, applies: bool) -> Option<Quota> {
        let quotas = T::Quotas::get();
        if let Some(member) = MemberIdOf::<T>::get(account).and_then(Members::<T>::get) {
            return Some(match member.role {
                Role::User => quotas.user,
                Role::Processor => quotas.processor,
                Role::DataSharer | Role::Cloud => quotas.other,
            });
        }
        if T::Privileged::contains(account) {
            return Some(quotas.privileged);
        }
        (applies && Invitations::<T>::contains_key(account)).then_some(quotas.invited)
    }

    fn quota_window() -> BlockNumberFor<T> {
        frame_system::Pallet::<T>::block_number() / T::QuotaWindow::get()
    }

    /// Transactions of the account included in this window.
    pub fn included_in_window(account: &T::AccountId) -> u32 {
        let window = Self::quota_window();
        UsageOf::<T>::get(account).filter(|usage| usage.window == window).map_or(0, |usage| usage.included)
    }

    fn count_usage(account: &T::AccountId) {
        let included = Self::included_in_window(account).saturating_add(1);
        UsageOf::<T>::insert(account, Usage { window: Self::quota_window(), included });
    }
}

impl<T: Config + Send + Sync> TransactionExtension<T::RuntimeCall> for MemberNonce<T>
where
    T::RuntimeCall: Dispatchable<Info = DispatchInfo, PostInfo = PostDispatchInfo> + IsSubType<Call<T>>,
    <T::RuntimeCall as Dispatchable>::RuntimeOrigin: AsSystemOriginSigner<T::AccountId> + OriginTrait + Clone,
{
    const IDENTIFIER: &'static str = "CheckNonce";
    type Implicit = ();
    type Val = Val<T>;
    type Pre = Weight;

    fn weight(&self, _: &T::RuntimeCall) -> Weight {
        T::WeightInfo::member_nonce()
    }

    fn validate(
        &self,
        origin: <T as frame_system::Config>::RuntimeOrigin,
        call: &T::RuntimeCall,
        info: &DispatchInfoOf<T::RuntimeCall>,
        _len: usize,
        _self_implicit: Self::Implicit,
        _inherited_implication: &impl Encode,
        source: TransactionSource,
    ) -> ValidateResult<Self::Val, T::RuntimeCall> {
        let Some(who) = origin.as_system_origin_signer() else {
            return Ok((Default::default(), Val::Unsigned(self.weight(call)), origin));
        };
        let applies = matches!(call.is_sub_type(), Some(Call::apply { .. }));
        let quota = Pallet::<T>::quota_of(who, applies).ok_or(InvalidTransaction::Custom(NOT_A_MEMBER))?;
        let ValidNonceInfo { provides, requires } = CheckNonce::<T>::validate_nonce_for_account(who, self.0)?;

        let ahead = self.0.saturating_sub(frame_system::Pallet::<T>::account_nonce(who));
        let ahead: u32 = ahead.unique_saturated_into();
        if Pallet::<T>::included_in_window(who).saturating_add(ahead) >= quota.per_window {
            return Err(InvalidTransaction::Custom(OVER_QUOTA).into());
        }
        if ahead >= quota.pending {
            return Err(InvalidTransaction::Custom(TOO_MANY_PENDING).into());
        }
        if info.class == DispatchClass::Operational && !T::Privileged::contains(who) {
            return Err(InvalidTransaction::Custom(NOT_PRIVILEGED).into());
        }
        if source != TransactionSource::InBlock {
            T::Admission::admit(who, call).map_err(InvalidTransaction::Custom)?;
        }
        let mut provides = provides;
        provides.extend(T::Admission::slot(who, call));
        let validity = ValidTransaction {
            priority: FIRST_IN_LINE.saturating_sub(ahead.into()),
            requires,
            provides,
            longevity: TransactionLongevity::MAX,
            propagate: true,
        };
        let who = who.clone();
        Ok((validity, Val::Signer(who), origin))
    }

    fn prepare(
        self,
        val: Self::Val,
        _origin: &<T as frame_system::Config>::RuntimeOrigin,
        _call: &T::RuntimeCall,
        _info: &DispatchInfoOf<T::RuntimeCall>,
        _len: usize,
    ) -> Result<Self::Pre, TransactionValidityError> {
        match val {
            Val::Signer(who) => {
                CheckNonce::<T>::prepare_nonce_for_account(&who, self.0)?;
                Pallet::<T>::count_usage(&who);
                Ok(Weight::zero())
            }
            Val::Unsigned(weight) => Ok(weight),
        }
    }

    fn post_dispatch_details(
        unspent: Self::Pre,
        _info: &DispatchInfo,
        _post_info: &PostDispatchInfoOf<T::RuntimeCall>,
        _len: usize,
        _result: &DispatchResult,
    ) -> Result<Weight, TransactionValidityError> {
        Ok(unspent)
    }
}
