// SPDX-License-Identifier: Apache-2.0
//! `dmsm device list`

use crate::{
    context::{own_id, Context},
    error::Error,
    output::{self, name, table, Verdict},
};
use dmsm_client::{Device, LastNotice};
use dmsm_primitives::{BlockNumber, DeviceId};
use std::io::Write;

#[derive(clap::Args)]
pub struct Opts {
    /// The devices of everybody, those unbound included.
    #[arg(long)]
    all: bool,
}

#[derive(serde::Serialize)]
struct Row {
    device: DeviceId,
    #[serde(flatten)]
    state: Device,
    last_notice: Option<LastNotice>,
}

pub async fn run(opts: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let (client, owner) = match opts.all {
        true => (context.client().await?, None),
        false => {
            let vault = context.vault()?;
            let signer = context.signer_with(&vault)?;
            let client = context.client().await?;
            let owner = own_id(&client, Some(&vault), &signer).await?;
            (client, Some(owner))
        }
    };
    let mut rows = Vec::new();
    for (device, state) in client.devices(owner.as_ref()).await? {
        rows.push(Row { device, state, last_notice: client.last_notice(&device).await? });
    }
    rows.sort_by_key(|row| (row.state.owner, row.device));
    show(&rows, client.best_number().await?, context, out)
}

fn show(rows: &[Row], now: BlockNumber, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|Row { device, state, last_notice }| {
            let rule = state.rule_at(now).map(output::rule).unwrap_or_default();
            let last = last_notice.as_ref().map_or("-".into(), |last| last.sequence.to_string());
            vec![device.to_string(), name(state.status), state.region.to_string(), last, rule]
        })
        .collect();
    context.answer(out, &rows, table(&["DEVICE", "STATUS", "REGION", "LAST NOTICE", "RULE"], &cells))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Common;
    use dmsm_client::DeviceStatus;
    use dmsm_primitives::{DevicePublicKey, MemberId, RegionId, ReportingPolicy, Rule};

    #[test]
    fn the_rule_in_effect_is_shown() {
        let rule =
            |high| Rule { low: 1_500, high, temperature_warning: 60_000, policy: ReportingPolicy::OnChange };
        let state = Device {
            owner: MemberId([1; 32]),
            key: DevicePublicKey([2; 32]),
            region: RegionId(1),
            status: DeviceStatus::Connected,
            rules: vec![(0, rule(2_000)), (10, rule(3_000))],
        };
        let last_notice = Some(LastNotice { sequence: 42, judged_at: 3, digest: [0; 32] });
        let rows = [Row { device: DeviceId([3; 32]), state, last_notice }];
        let text = |json, now| {
            let context = Context::new(Common { json, ..Common::default() });
            let mut out = Vec::new();
            show(&rows, now, &context, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let before = text(false, 9);
        assert!(
            before.contains("42           low 1.500 W, high 2.000 W, warning 60.000 °C, on change"),
            "{before}"
        );
        assert!(text(false, 10).contains("high 3.000 W"));
        let json: serde_json::Value = serde_json::from_str(&text(true, 9)).unwrap();
        assert_eq!(json[0]["last_notice"]["sequence"], 42);
        assert_eq!(json[0]["status"], "connected");
        assert_eq!(json[0]["rules"][1][0], 10);
    }
}
