// SPDX-License-Identifier: Apache-2.0
//! `dmsm request types`

use crate::{
    context::Context,
    dates::show_span,
    error::Error,
    output::{name, table, Verdict},
};
use dmsm_client::RequestType;
use dmsm_primitives::RequestKind;
use std::io::Write;

#[derive(clap::Args)]
pub struct Opts {}

#[derive(serde::Serialize)]
struct Row<'a> {
    kind: RequestKind,
    #[serde(flatten)]
    terms: &'a RequestType,
}

pub async fn run(_: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    show(&context.client().await?.request_types().await?, context, out)
}

fn show(
    types: &[(RequestKind, RequestType)],
    context: &Context,
    out: &mut dyn Write,
) -> Result<Verdict, Error> {
    let cells: Vec<Vec<String>> = types
        .iter()
        .map(|(kind, RequestType { price, time_limit, roles })| {
            let roles: Vec<String> = roles.iter().map(name).collect();
            vec![kind.to_string(), price.to_string(), show_span(*time_limit), roles.join(", ")]
        })
        .collect();
    let json: Vec<_> = types.iter().map(|(kind, terms)| Row { kind: *kind, terms }).collect();
    context.answer(out, &json, table(&["KIND", "PRICE (minor units)", "TIME LIMIT", "WHO MAY ASK"], &cells))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Common;
    use dmsm_primitives::Role;

    #[test]
    fn terms_are_rows() {
        let terms = RequestType { price: 50, time_limit: 30_000, roles: vec![Role::User, Role::DataSharer] };
        let text = |json| {
            let mut out = Vec::new();
            let types = [(RequestKind::BillDetails, terms.clone())];
            show(&types, &Context::new(Common { json, ..Common::default() }), &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert!(text(false).contains("bill-details  50                   30 s        user, data-sharer"));
        let json: serde_json::Value = serde_json::from_str(&text(true)).unwrap();
        assert_eq!((json[0]["kind"].as_str(), json[0]["price"].as_u64()), (Some("bill-details"), Some(50)));
    }
}
