// SPDX-License-Identifier: Apache-2.0
//! `dmsm member list`

use super::apply::Role;
use crate::{
    context::Context,
    error::Error,
    output::{hex, name, table, Verdict},
};
use dmsm_client::{AccountId, Application, Member};
use dmsm_primitives::MemberId;
use std::io::Write;

#[derive(clap::Args)]
pub struct Opts {
    /// Of this role alone.
    #[arg(long, value_enum)]
    role: Option<Role>,

    /// Of this region alone.
    #[arg(long)]
    region: Option<u32>,

    /// Those who applied and wait for approval.
    #[arg(long)]
    applications: bool,
}

impl Opts {
    fn selects(&self, role: dmsm_primitives::Role, region: dmsm_primitives::RegionId) -> bool {
        self.role.is_none_or(|wanted| role == wanted.into())
            && self.region.is_none_or(|wanted| region.0 == wanted)
    }
}

pub async fn run(opts: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let client = context.client().await?;
    if opts.applications {
        let mut applications = client.applications().await?;
        applications.retain(|(_, application)| opts.selects(application.role, application.region));
        return show_applications(&applications, context, out);
    }
    let mut members = client.members().await?;
    members.retain(|(_, member)| opts.selects(member.role, member.region));
    members.sort_by_key(|(id, member)| (member.region, member.role, *id));
    show_members(&members, context, out)
}

fn show_members(
    members: &[(MemberId, Member)],
    context: &Context,
    out: &mut dyn Write,
) -> Result<Verdict, Error> {
    let rows: Vec<Vec<String>> = members
        .iter()
        .map(|(id, member)| {
            let Member { account, role, region, status, .. } = member;
            vec![id.to_string(), name(role), region.to_string(), name(status), account.to_string()]
        })
        .collect();
    let json: Vec<_> = members.iter().map(|(id, member)| Row { id, member }).collect();
    context.answer(out, &json, table(&["MEMBER", "ROLE", "REGION", "STATUS", "ACCOUNT"], &rows))
}

#[derive(serde::Serialize)]
struct Row<'a> {
    id: &'a MemberId,
    #[serde(flatten)]
    member: &'a Member,
}

fn show_applications(
    applications: &[(AccountId, Application)],
    context: &Context,
    out: &mut dyn Write,
) -> Result<Verdict, Error> {
    let rows: Vec<Vec<String>> = applications
        .iter()
        .map(|(account, application)| {
            let Application { id, role, region, .. } = application;
            vec![account.to_string(), name(role), region.to_string(), id.to_string()]
        })
        .collect();
    let json: Vec<_> = applications
        .iter()
        .map(|(account, application)| {
            serde_json::json!({
                "account": account,
                "id": application.id,
                "role": application.role,
                "region": application.region,
                "application": hex(application.hash()),
            })
        })
        .collect();
    context.answer(out, &json, table(&["ACCOUNT", "ROLE", "REGION", "MEMBER"], &rows))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Common;
    use dmsm_client::Status;
    use dmsm_primitives::{BlsPublicKey, MemberKeys, PaillierPublicKey, RegionId};

    fn members() -> Vec<(MemberId, Member)> {
        let paillier = PaillierPublicKey { n: Default::default(), h: Default::default() };
        let keys = MemberKeys { bls: BlsPublicKey([3; 96]), paillier, proofs_digest: [0; 32] };
        let role = dmsm_primitives::Role::Processor;
        let member =
            Member { account: AccountId([2; 32]), role, region: RegionId(7), status: Status::Active, keys };
        vec![(MemberId([1; 32]), member)]
    }

    #[test]
    fn members_are_shown_as_rows_and_as_json() {
        let text = |json| {
            let context = Context::new(Common { json, ..Common::default() });
            let mut out = Vec::new();
            show_members(&members(), &context, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let rows = text(false);
        assert!(rows.lines().nth(1).unwrap().contains("processor  7       active"), "{rows}");
        let json: serde_json::Value = serde_json::from_str(&text(true)).unwrap();
        assert_eq!(json[0]["role"], "processor");
        assert_eq!(json[0]["id"], format!("0x{}", "01".repeat(32)));
        assert_eq!(json[0]["status"], "active");
    }
}
