// SPDX-License-Identifier: Apache-2.0
//! What holds in every state.

use crate::{
    Applications, Config, Invitations, KeyHistory, MemberIdOf, Members, OpenInvitations, OperatorOf, Pallet,
    Status,
};
use alloc::collections::BTreeMap;
use dmsm_primitives::MemberId;
use frame_support::ensure;
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
    /// Invariants:
    ///
    /// 1. An account has an identifier exactly if its member has not left, and then it is that
    ///    member's account.
    /// 2. An invited account is no member.
    /// 3. Every application was invited.
    /// 4. Each registrar's count of open invitations is the number there are, and never zero.
    /// 5. Every account of a member or an invitation may have a nonce.
    /// 6. Keys and operators are remembered for members alone.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let mut present = 0;
        for (id, member) in Members::<T>::iter() {
            let named = MemberIdOf::<T>::get(&member.account) == Some(id);
            ensure!(named == (member.status != Status::Left), "members: account and identifier disagree");
            present += usize::from(named);
        }
        ensure!(MemberIdOf::<T>::iter().count() == present, "members: an identifier without a member");

        let mut open = BTreeMap::<Option<MemberId>, u32>::new();
        for (account, by) in Invitations::<T>::iter() {
            ensure!(!MemberIdOf::<T>::contains_key(&account), "members: a member is invited");
            ensure!(
                frame_system::Pallet::<T>::sufficients(&account) > 0,
                "members: an invited account cannot act"
            );
            *open.entry(by).or_default() += 1;
        }
        ensure!(
            OpenInvitations::<T>::iter().collect::<BTreeMap<_, _>>() == open,
            "members: invitations miscounted"
        );

        for (account, _) in Applications::<T>::iter() {
            ensure!(Invitations::<T>::contains_key(account), "members: an application without invitation");
        }
        for (account, _) in MemberIdOf::<T>::iter() {
            ensure!(frame_system::Pallet::<T>::sufficients(&account) > 0, "members: a member cannot act");
        }
        for (id, _) in KeyHistory::<T>::iter() {
            ensure!(Members::<T>::contains_key(id), "members: keys of nobody");
        }
        for (id, _) in OperatorOf::<T>::iter() {
            ensure!(Members::<T>::contains_key(id), "members: an operator of nobody");
        }
        Ok(())
    }
}
