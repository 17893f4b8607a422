// SPDX-License-Identifier: Apache-2.0
//! Money.

use crate::{chain, query::read, AccountId, Client, Error, Receipt, Signer, Wait};
use codec::{Decode, Encode};
use dmsm_primitives::Amount;
use serde::Serialize;
use subxt::utils::{AccountId32, MultiAddress};

/// What an account has, minor units.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Balance {
    /// At its disposal.
    pub free: Amount,
    /// Held for open requests.
    pub held: Amount,
}

/// As the chain stores it: counters, then money.
#[derive(Encode, Decode)]
struct Stored {
    nonce: u32,
    references: [u32; 3],
    free: Amount,
    reserved: Amount,
    frozen: Amount,
    flags: u128,
}

impl Client {
    /// What an account has; nothing, if the chain never heard of it.
    pub async fn balance(&self, account: &AccountId) -> Result<Balance, Error> {
        let at = self.link().await.at_best().await?;
        let entry = at.storage().entry(chain::storage().system().account())?;
        let Some(value) = entry.try_fetch((AccountId32(account.0),)).await? else {
            return Ok(Balance::default());
        };
        let Stored { free, reserved, .. } = read("an account", value.bytes())?;
        Ok(Balance { free, held: reserved })
    }

    /// Pays another account. What would leave the payer's account without any money is refused.
    pub async fn transfer(
        &self,
        to: &AccountId,
        amount: Amount,
        signer: &Signer,
        wait: Wait,
    ) -> Result<Receipt, Error> {
        let to = MultiAddress::Id(AccountId32(to.0));
        let call = chain::transactions().balances().transfer_keep_alive(to, amount);
        Ok(self.submit(&call, signer, wait).await?.receipt)
    }
}
