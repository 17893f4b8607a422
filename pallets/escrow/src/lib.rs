// SPDX-License-Identifier: Apache-2.0
//! The escrow of contracts (paper IV.B: "the smart contract address"), over holds of a fungible.
//!
//! Money in escrow never leaves its payer's account until the contract decides: it is put on hold
//! there, under the contract's own reason, and wallets show it. So no path can create or lose any,
//! and no contract can touch what another holds.

#![cfg_attr(not(feature = "std"), no_std)]

#[cfg(test)]
mod tests;

use core::marker::PhantomData;
use dmsm_primitives::{Amount, Escrow};
use frame_support::traits::{
    fungible::{InspectHold, Mutate, MutateHold},
    tokens::{Fortitude, Precision, Restriction},
    Get,
};
use sp_runtime::DispatchError;

/// An escrow that holds `Currency` under the reason `Reason`.
pub struct HoldEscrow<Currency, Reason>(PhantomData<(Currency, Reason)>);

impl<AccountId, Currency, Reason> Escrow<AccountId> for HoldEscrow<Currency, Reason>
where
    AccountId: Eq,
    Currency: MutateHold<AccountId> + InspectHold<AccountId, Balance = Amount> + Mutate<AccountId>,
    Reason: Get<<Currency as InspectHold<AccountId>>::Reason>,
{
    type Error = DispatchError;

    fn can_hold(payer: &AccountId, amount: Amount) -> bool {
        Currency::can_hold(&Reason::get(), payer, amount)
    }

    fn hold(payer: &AccountId, amount: Amount) -> Result<(), DispatchError> {
        Currency::hold(&Reason::get(), payer, amount)
    }

    fn pay(payer: &AccountId, payee: &AccountId, amount: Amount) -> Result<(), DispatchError> {
        Currency::transfer_on_hold(
            &Reason::get(),
            payer,
            payee,
            amount,
            Precision::Exact,
            Restriction::Free,
            Fortitude::Force,
        )?;
        Ok(())
    }

    fn refund(payer: &AccountId, amount: Amount) -> Result<(), DispatchError> {
        Currency::release(&Reason::get(), payer, amount, Precision::Exact)?;
        Ok(())
    }

    fn held(payer: &AccountId) -> Amount {
        Currency::balance_on_hold(&Reason::get(), payer)
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn endow(payer: &AccountId, amount: Amount) {
        Currency::set_balance(payer, amount);
    }
}
