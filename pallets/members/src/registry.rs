// SPDX-License-Identifier: Apache-2.0
//! Members, as other pallets see them.

use crate::{Config, KeyHistory, MemberIdOf, Members, OperatorOf, Pallet, Status};
use dmsm_primitives::{
    BlsPublicKey, MemberId, MemberKeys, MemberRegistry, OperatorId, RegionId, Role, Standing,
};

impl<T: Config> MemberRegistry<T::AccountId> for Pallet<T> {
    fn id_of(account: &T::AccountId) -> Option<MemberId> {
        MemberIdOf::<T>::get(account)
    }

    fn account_of(id: &MemberId) -> Option<T::AccountId> {
        Members::<T>::get(id).filter(|member| member.status != Status::Left).map(|member| member.account)
    }

    fn keys_of(id: &MemberId) -> Option<MemberKeys> {
        Members::<T>::get(id).map(|member| member.keys)
    }

    fn had_bls_key(id: &MemberId, key: &BlsPublicKey) -> bool {
        Members::<T>::get(id).is_some_and(|member| member.keys.bls == *key)
            || KeyHistory::<T>::get(id).contains(key)
    }

    fn active(account: &T::AccountId, role: Role) -> Option<(MemberId, RegionId)> {
        let id = MemberIdOf::<T>::get(account)?;
        let member = Members::<T>::get(id)?;
        (member.status == Status::Active && member.role == role).then_some((id, member.region))
    }

    fn standing(id: &MemberId) -> Option<Standing> {
        let member = Members::<T>::get(id).filter(|member| member.status != Status::Left)?;
        let active = member.status == Status::Active;
        Some(Standing { role: member.role, region: member.region, active })
    }

    fn operator_of(id: &MemberId) -> Option<OperatorId> {
        OperatorOf::<T>::get(id)
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn enrol(account: &T::AccountId, role: Role, region: RegionId, keys: MemberKeys) -> MemberId {
        use codec::Encode;
        let id = MemberId::derive(&account.encode(), &[0; 16]);
        Self::insert_member(account, id, role, region, keys);
        id
    }
}
