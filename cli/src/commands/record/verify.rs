// SPDX-License-Identifier: Apache-2.0
//! `dmsm record verify`

use crate::{
    context::{own_id, Context},
    error::Error,
    output::Verdict,
};
use dmsm_client::{Cloud, CloudError};
use dmsm_crypto::paillier;
use dmsm_primitives::{records::Manifest, Day, DeviceId, MemberId, Record};
use dmsm_vault::DataKeyPair;
use serde::Serialize;
use std::{fmt::Write as _, io::Write};

#[derive(clap::Args)]
pub struct Opts {
    /// The day.
    #[arg(long, value_name = "YYYY-MM-DD")]
    day: Day,

    /// Whose; without it, the vault's member.
    #[arg(long, value_name = "MEMBER")]
    processor: Option<MemberId>,

    /// Of this meter alone.
    #[arg(long, value_name = "DEVICE")]
    meter: Option<DeviceId>,
}

/// What was checked, and what is wrong.
#[derive(Serialize, Default)]
struct Verified {
    versions: u16,
    /// Records under their anchors.
    records: u32,
    /// Ciphertexts that are in the cloud as anchored.
    ciphertexts: u32,
    /// Plaintexts that are as anchored; 0 without the processor's vault.
    plaintexts: u32,
    /// In order.
    flaws: Vec<String>,
}

pub async fn run(opts: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let vault = context.vault()?;
    let (signer, client) = (context.signer_with(&vault)?, context.client().await?);
    let member = own_id(&client, Some(&vault), &signer).await?;
    let cloud = context.cloud(member, &vault, &client)?.ok_or(dmsm_client::Error::NoCloud)?;
    let processor = opts.processor.unwrap_or(member);
    let versions = client.versions(&processor, opts.day).await?;
    let mut verified = Verified { versions, ..Verified::default() };
    let mut key = None;
    for version in 0..versions {
        let Some(anchor) = client.anchor(&processor, opts.day, version).await? else {
            verified.flaws.push(format!("the chain has no version {version} of {}", opts.day));
            continue;
        };
        let manifest =
            cloud.manifest(&processor, opts.day, version).await.map_err(dmsm_client::Error::from)?;
        if !is_anchored(&manifest, &processor, opts.day, version, &anchor) {
            verified.flaws.push(format!("the manifest of version {version} is not the one that is anchored"));
            continue;
        }
        if key.is_none() && processor == member {
            key = Some(vault.data_key(&manifest.scope)?);
        }
        let wanted = |record: &&Record| opts.meter.is_none_or(|meter| meter == record.meter);
        for record in manifest.records.iter().filter(wanted) {
            verified.records += 1;
            check(record, &cloud, key.as_ref().map(DataKeyPair::secret), &mut verified).await?;
        }
    }
    show(&verified, opts.day, context, out)
}

fn is_anchored(
    manifest: &Manifest,
    processor: &MemberId,
    day: Day,
    version: u16,
    anchor: &dmsm_client::Anchor,
) -> bool {
    manifest.has_form()
        && (manifest.processor, manifest.day, manifest.version) == (*processor, day, version)
        && manifest.digest() == anchor.manifest
        && manifest.root() == anchor.root
        && manifest.records.len() as u64 == u64::from(anchor.count)
}

/// One record: its ciphertext is there, and holds what was anchored.
async fn check(
    record: &Record,
    cloud: &Cloud<'_>,
    key: Option<&paillier::SecretKey>,
    verified: &mut Verified,
) -> Result<(), Error> {
    let ciphertext = match cloud.blob(&record.ciphertext).await {
        Ok(bytes) => bytes,
        Err(error @ (CloudError::Unreachable { .. } | CloudError::NoRandomness)) => {
            return Err(dmsm_client::Error::from(error).into())
        }
        Err(error) => {
            verified.flaws.push(format!("meter {}: {error}", record.meter));
            return Ok(());
        }
    };
    verified.ciphertexts += 1;
    let Some(key) = key else { return Ok(()) };
    let opened = paillier::Ciphertext::from_bytes(key.public(), &ciphertext)
        .and_then(|ciphertext| key.decrypt(&ciphertext))
        .ok()
        .and_then(|plaintext| dmsm_crypto::packing::unpack(&plaintext).ok())
        .map(|meter_day| dmsm_crypto::packing::pack(&meter_day).digest());
    match opened == Some(record.digest) {
        true => verified.plaintexts += 1,
        false => verified.flaws.push(format!("meter {}: the ciphertext does not hold M*", record.meter)),
    }
    Ok(())
}

fn show(verified: &Verified, day: Day, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let mut text = format!(
        "{day}: {} versions, {} records under their anchors, {} ciphertexts as anchored, {} plaintexts as anchored",
        verified.versions, verified.records, verified.ciphertexts, verified.plaintexts
    );
    for flaw in &verified.flaws {
        let _ = write!(text, "\nFALSE: {flaw}");
    }
    context.answer(out, verified, text)?;
    Ok(if verified.flaws.is_empty() { Verdict::Done } else { Verdict::FalseRecord })
}
