// SPDX-License-Identifier: Apache-2.0
//! `dmsm member set-operator`

use super::{report_outcome, Named, Registrar};
use crate::{context::Context, error::Error, output::Verdict};
use dmsm_primitives::OperatorId;
use std::{io::Write, str::FromStr};

/// An operator, or none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Operator(Option<OperatorId>);

impl FromStr for Operator {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "none" => Ok(Self(None)),
            number => {
                let number = number.parse().map_err(|_| "give the operator's number, or none")?;
                Ok(Self(Some(OperatorId(number))))
            }
        }
    }
}

#[derive(clap::Args)]
pub struct Opts {
    /// The member's identifier or its account.
    member: Named,

    /// The operator's number, or none. Processors earn no credit from members of their own operator.
    operator: Operator,
    #[command(flatten)]
    registrar: Registrar,
}

pub async fn run(opts: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let (signer, client) = (context.signer()?, context.client().await?);
    let id = opts.member.id(&client).await?;
    let Operator(operator) = opts.operator;
    let outcome = client.set_operator(&id, operator, &signer, opts.registrar.council, context.wait()).await?;
    report_outcome(context, out, "operator set", outcome)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operator_is_a_number_or_none() {
        assert_eq!("7".parse(), Ok(Operator(Some(OperatorId(7)))));
        assert_eq!("none".parse(), Ok(Operator(None)));
        assert!("".parse::<Operator>().is_err());
        assert!("-1".parse::<Operator>().is_err());
    }
}
