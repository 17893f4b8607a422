// SPDX-License-Identifier: Apache-2.0
//! `dmsm aggregate`

use crate::{
    context::Context,
    error::Error,
    output::{kilowatt_hours, table, Verdict},
};
use dmsm_client::{CloudError, Product};
use dmsm_crypto::packing::Totals;
use dmsm_primitives::{answer::WattHours, Day, MemberId, Scope};
use std::io::Write;

#[derive(clap::Args)]
pub struct Opts {
    /// Region and month, such as 1/2012-01.
    #[arg(long, value_name = "REGION/YYYY-MM")]
    scope: Scope,

    /// The day, such as 2012-01-31.
    #[arg(long, value_name = "YYYY-MM-DD")]
    day: Day,
}

/// The feeder's total.
#[derive(serde::Serialize)]
struct Aggregate {
    processor: MemberId,
    scope: String,
    day: Day,
    /// Up to which block the cloud has read.
    finalized: u32,
    /// How many meters are in it.
    meters: u32,
    /// Energy of all meters in each half-hour, Wh.
    energy: Vec<WattHours>,
    /// How many meters lack readings of each half-hour.
    missing: Vec<u32>,
    /// Energy of the day, Wh.
    total: WattHours,
}

pub async fn run(opts: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let vault = context.vault()?;
    let (signer, client) = (context.signer_with(&vault)?, context.client().await?);
    let processor = client.required_id(&signer.account()).await?;
    let cloud = context.cloud(processor, &vault, &client)?.ok_or(dmsm_client::Error::NoCloud)?;
    let key = vault.data_key(&opts.scope)?;
    let announced = client.data_key(&opts.scope, &processor).await?;
    if announced.is_none_or(|announced| announced.paillier != key.public().to_primitive()) {
        return Err(Error::OtherDataKey { scope: opts.scope.to_string() });
    }
    let product = cloud.product(&processor, &opts.scope, opts.day).await.map_err(dmsm_client::Error::from)?;
    let unreadable =
        |what| dmsm_client::Error::from(CloudError::Refused { name: "no-product".into(), message: what });
    let ciphertext = hex::decode(&product.ciphertext).map_err(|error| unreadable(error.to_string()))?;
    let ciphertext = dmsm_crypto::paillier::Ciphertext::from_bytes(key.public(), &ciphertext)?;
    let plaintext = key.decrypt(&ciphertext)?;
    let energy = Totals::of(&plaintext, product.count).map_err(|error| unreadable(error.to_string()))?;
    let Product { finalized, count, missing, .. } = product;
    let total = energy.0.iter().sum();
    let aggregate = Aggregate {
        processor,
        scope: opts.scope.to_string(),
        day: opts.day,
        finalized: finalized.number,
        meters: count,
        energy: energy.0.to_vec(),
        missing,
        total,
    };
    show(&aggregate, context, out)
}

fn show(aggregate: &Aggregate, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let rows: Vec<Vec<String>> = aggregate
        .energy
        .iter()
        .zip(0u8..)
        .map(|(energy, slot)| {
            let missing = aggregate.missing.get(usize::from(slot)).copied().unwrap_or(0);
            vec![
                format!("{:02}:{:02}", slot / 2, slot % 2 * 30),
                kilowatt_hours(*energy),
                missing.to_string(),
            ]
        })
        .collect();
    let text = format!(
        "{}\n{} kWh of {} meters on {} (UTC), as anchored up to block {}",
        table(&["FROM", "KWH", "METERS WITHOUT READING"], &rows),
        kilowatt_hours(aggregate.total),
        aggregate.meters,
        aggregate.day,
        aggregate.finalized,
    );
    context.answer(out, aggregate, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Common;

    #[test]
    fn a_total_is_a_row_a_half_hour() {
        let aggregate = Aggregate {
            processor: MemberId([1; 32]),
            scope: "1/2012-01".into(),
            day: Day(15_340),
            finalized: 7,
            meters: 3,
            energy: (0..48).map(|slot| slot * 1_000).collect(),
            missing: vec![0; 48],
            total: 1_128_000,
        };
        let mut out = Vec::new();
        show(&aggregate, &Context::new(Common::default()), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.lines().count(), 50);
        assert!(text.contains("23:30  47.000"), "{text}");
        assert!(
            text.ends_with("1128.000 kWh of 3 meters on 2012-01-01 (UTC), as anchored up to block 7\n"),
            "{text}"
        );
    }
}
