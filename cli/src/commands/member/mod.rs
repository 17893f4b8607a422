// SPDX-License-Identifier: Apache-2.0
//! `dmsm member`

mod apply;
mod approve;
mod invite;
mod leave;
mod list;
mod reinstate;
mod rotate_keys;
mod set_operator;
mod show;
mod suspend;
mod withdraw_invitation;

super::group! {
    /// Let an account apply.
    Invite => invite,
    /// Take an invitation back.
    WithdrawInvitation => withdraw_invitation,
    /// Apply for membership with the keys of the vault.
    Apply => apply,
    /// Make an applicant a member.
    Approve => approve,
    /// List members, or applications.
    List => list,
    /// Show a member.
    Show => show,
    /// Stop a member from starting anything new.
    Suspend => suspend,
    /// Make a suspended member active again.
    Reinstate => reinstate,
    /// Replace the keys of the vault's member by those of another vault.
    RotateKeys => rotate_keys,
    /// Put a member down as belonging to an operator, or to none. By the council.
    SetOperator => set_operator,
    /// End the membership of the vault's member.
    Leave => leave,
}

pub use apply::Role;

use crate::{context::Context, error::Error, output::Verdict};
use dmsm_client::{AccountId, Client, Outcome, Receipt};
use dmsm_primitives::MemberId;
use std::{io::Write, str::FromStr};

/// How a registrar acts.
#[derive(clap::Args)]
pub struct Registrar {
    /// Act as the council: the signer proposes, and where it is not the majority the others vote.
    #[arg(long, visible_alias = "as-council")]
    pub council: bool,
}

/// A member, named by its identifier or its account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Named {
    Id(MemberId),
    Account(AccountId),
}

impl FromStr for Named {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // Both have 32 bytes: in hexadecimal it is an identifier.
        if let Some(id) = text.strip_prefix("0x").and_then(|_| text.parse().ok()) {
            return Ok(Self::Id(id));
        }
        let wrong = "give a member's identifier (0x and 64 digits) or its account (5…)";
        text.parse().map(Self::Account).map_err(|_| wrong.into())
    }
}

impl Named {
    /// The identifier.
    pub async fn id(self, client: &Client) -> Result<MemberId, Error> {
        match self {
            Self::Id(id) => Ok(id),
            Self::Account(account) => Ok(client.required_id(&account).await?),
        }
    }
}

/// Says where a call took effect.
pub fn report(
    context: &Context,
    out: &mut dyn Write,
    done: &str,
    receipt: Receipt,
) -> Result<Verdict, Error> {
    context.answer(out, &receipt, format_args!("{done} in block {}", receipt.block))
}

/// As [`report`], or what the council still has to do.
pub fn report_outcome(
    context: &Context,
    out: &mut dyn Write,
    done: &str,
    outcome: Outcome,
) -> Result<Verdict, Error> {
    match &outcome {
        Outcome::Done(receipt) => report(context, out, done, *receipt),
        Outcome::Proposed { receipt, motion } => context.answer(
            out,
            &outcome,
            format_args!(
                "proposed in block {} as motion {}: it needs {} votes; the council's other members run \
                 `dmsm council vote {}`, then one of them `dmsm council close {}`",
                receipt.block, motion.index, motion.threshold, motion.index, motion.index
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Common;
    use dmsm_client::Motion;

    #[test]
    fn members_are_named_either_way() {
        let id = format!("0x{}", "07".repeat(32));
        assert_eq!(id.parse(), Ok(Named::Id(MemberId([7; 32]))));
        let alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
        assert_eq!(alice.parse(), Ok(Named::Account(alice.parse().unwrap())));
        assert!("0x07".parse::<Named>().is_err());
    }

    #[test]
    fn a_motion_says_what_is_left_to_do() {
        let receipt = Receipt { block: 7, hash: [1; 32] };
        let motion = Motion { hash: [2; 32], index: 3, threshold: 2, ayes: Vec::new(), nays: Vec::new() };
        let text = |json, outcome: Outcome| {
            let context = Context::new(Common { json, ..Common::default() });
            let mut out = Vec::new();
            report_outcome(&context, &mut out, "invited", outcome).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(text(false, Outcome::Done(receipt)), "invited in block 7\n");
        let proposed = Outcome::Proposed { receipt, motion };
        assert!(text(false, proposed.clone()).contains("`dmsm council vote 3`"));
        let json: serde_json::Value = serde_json::from_str(&text(true, proposed)).unwrap();
        assert_eq!(json["proposed"]["motion"]["index"], 3);
    }
}
