// SPDX-License-Identifier: Apache-2.0
//! `dmsm account balance`

use crate::{commands::member::Named, context::Context, error::Error, output::Verdict};
use dmsm_client::{AccountId, Balance};
use std::io::Write;

#[derive(clap::Args)]
pub struct Opts {
    /// The account, or the identifier of its member; without it the signer's own.
    account: Option<Named>,
}

#[derive(serde::Serialize)]
struct Shown {
    account: AccountId,
    #[serde(flatten)]
    balance: Balance,
}

pub async fn run(opts: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let (account, client) = match opts.account {
        None => (context.signer()?.account(), context.client().await?),
        Some(Named::Account(account)) => (account, context.client().await?),
        Some(Named::Id(id)) => {
            let client = context.client().await?;
            let member = client.member(&id).await?;
            let unknown = || Error::NotFound(format!("the chain knows no member {id}"));
            (member.ok_or_else(unknown)?.account, client)
        }
    };
    let balance = client.balance(&account).await?;
    show(&Shown { account, balance }, context, out)
}

fn show(shown: &Shown, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let Shown { account, balance: Balance { free, held } } = shown;
    let text = format!(
        "account   {account}\nfree      {free} minor units\nheld      {held} minor units, for open requests"
    );
    context.answer(out, shown, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Common;

    #[test]
    fn free_and_held_money_are_told_apart() {
        let shown = Shown { account: AccountId([1; 32]), balance: Balance { free: u128::MAX, held: 50 } };
        let text = |json| {
            let mut out = Vec::new();
            show(&shown, &Context::new(Common { json, ..Common::default() }), &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert!(text(false).contains("held      50 minor units"));
        assert!(text(true).contains(&format!("\"free\":{},\"held\":50", u128::MAX)));
    }
}
