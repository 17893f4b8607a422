// SPDX-License-Identifier: Apache-2.0
//! How a notice is shown.

use crate::{
    context::Context,
    error::Error,
    output::{thousandths, time},
};
use dmsm_client::{Flaw, Lost, VerifiedNotice};
use dmsm_primitives::{BlockNumber, DeviceId, MemberId, MilliCelsius, Milliwatts, Moment};
use std::io::Write;

/// A notice, as it is shown. In JSON one object a line.
#[derive(Debug, serde::Serialize)]
pub struct Shown {
    device: DeviceId,
    block: BlockNumber,
    sequence: u64,
    previous: u64,
    judged_at: BlockNumber,
    processor: MemberId,
    /// ms since the Unix epoch.
    taken_at: Option<Moment>,
    /// mW.
    power: Option<Milliwatts>,
    /// m°C.
    temperature: Option<MilliCelsius>,
    /// Of Algorithm 1; or what is wrong with the notice.
    comment: String,
    verified: bool,
    flaw: Option<Flaw>,
    /// Notices missing before this one.
    lost: Option<Lost>,
}

impl From<&VerifiedNotice> for Shown {
    fn from(notice: &VerifiedNotice) -> Self {
        let seal = &notice.sealed.seal;
        let good = notice.result.as_ref().ok();
        let reading = good.map(|notice| &notice.reading.reading);
        Self {
            device: seal.device,
            block: notice.sealed.block,
            sequence: seal.sequence,
            previous: seal.previous,
            judged_at: seal.judged_at,
            processor: seal.processor,
            taken_at: reading.map(|reading| reading.taken_at),
            power: reading.map(|reading| reading.power),
            temperature: reading.and_then(|reading| reading.temperature),
            comment: match &notice.result {
                Ok(notice) => notice.verdict.to_string(),
                Err(flaw) => flaw.to_string(),
            },
            verified: good.is_some(),
            flaw: notice.result.as_ref().err().copied(),
            lost: notice.lost,
        }
    }
}

/// The heading of the table.
pub fn heading(context: &Context, out: &mut dyn Write) -> Result<(), Error> {
    if context.json() {
        return Ok(());
    }
    line(out, ["TIME", "DEVICE", "BLOCK", "SEQUENCE", "POWER W", "TEMP °C", "VERIFIED", "COMMENT"])
}

/// One notice.
pub fn row(shown: &Shown, context: &Context, out: &mut dyn Write) -> Result<(), Error> {
    if context.json() {
        context.answer(out, shown, "")?;
        return Ok(());
    }
    if let Some(lost) = &shown.lost {
        let device = short(&shown.device);
        writeln!(out, "-- notices of {device} after {} up to {} are missing", lost.after, lost.until)
            .map_err(Error::Output)?;
    }
    let dash = || "-".to_owned();
    line(
        out,
        [
            &shown.taken_at.map_or_else(dash, time),
            &short(&shown.device),
            &shown.block.to_string(),
            &shown.sequence.to_string(),
            &shown.power.map_or_else(dash, thousandths),
            &shown.temperature.map_or_else(dash, |value| thousandths(value.into())),
            match &shown.flaw {
                None => "yes",
                Some(flaw) if flaw.is_false() => "FALSE",
                Some(_) => "no",
            },
            &shown.comment,
        ],
    )
}

/// Widths that nearly all values fit: rows come one by one, so no column can wait for its widest.
fn line(out: &mut dyn Write, cells: [&str; 8]) -> Result<(), Error> {
    let [time, device, block, sequence, power, temperature, verified, comment] = cells;
    writeln!(
        out,
        "{time:<19}  {device:<13}  {block:>8}  {sequence:>8}  {power:>13}  {temperature:>8}  {verified:<8}  {comment}"
    )
    .and_then(|()| out.flush())
    .map_err(Error::Output)
}

/// The first bytes of an identifier.
fn short(device: &DeviceId) -> String {
    let text = device.to_string();
    format!("{}…", text.get(..12).unwrap_or(&text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Common;
    use dmsm_client::SealedNotice;
    use dmsm_primitives::{
        BlsSignature, DeviceSignature, Falsehood, Notice, NoticeSeal, PowerStatus, Reading, SignedReading,
        Verdict,
    };

    fn notice(result: Result<Notice, Flaw>) -> VerifiedNotice {
        let seal = NoticeSeal {
            processor: MemberId([1; 32]),
            owner: MemberId([2; 32]),
            device: DeviceId([3; 32]),
            previous: 4,
            sequence: 7,
            judged_at: 10,
            owner_key: [0; 32],
            digest: [0; 32],
        };
        let sealed =
            SealedNotice { block: 12, seal, signature: BlsSignature([0; 48]), ciphertext: Vec::new() };
        let lost = Some(Lost { after: 2, until: 4 });
        VerifiedNotice { sealed, processor_key: None, result, lost }
    }

    fn good() -> Notice {
        let reading = Reading {
            device: DeviceId([3; 32]),
            sequence: 7,
            taken_at: 1_170_288_060_000,
            power: -326_500,
            temperature: Some(30_531),
        };
        let verdict = Verdict { power: PowerStatus::InOperation, temperature_too_high: true };
        Notice { reading: SignedReading { reading, signature: DeviceSignature([0; 64]) }, verdict }
    }

    fn text(json: bool, notice: &VerifiedNotice) -> String {
        let context = Context::new(Common { json, ..Common::default() });
        let mut out = Vec::new();
        heading(&context, &mut out).unwrap();
        row(&Shown::from(notice), &context, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_good_notice_is_shown_with_its_reading() {
        assert_eq!(
            text(false, &notice(Ok(good()))),
            "\
TIME                 DEVICE            BLOCK  SEQUENCE        POWER W   TEMP °C  VERIFIED  COMMENT
-- notices of 0x0303030303… after 2 up to 4 are missing
2007-02-01 00:01:00  0x0303030303…        12         7       -326.500    30.531  yes       temperature is too high; is in operation
"
        );
        let json: serde_json::Value = serde_json::from_str(&text(true, &notice(Ok(good())))).unwrap();
        assert_eq!(json["verified"], true);
        assert_eq!(json["power"], -326_500);
        assert_eq!(json["lost"]["until"], 4);
        assert_eq!(json["flaw"], serde_json::Value::Null);
    }

    #[test]
    fn a_false_notice_shows_no_reading() {
        let notice = notice(Err(Flaw::False(Falsehood::WrongVerdict)));
        let rows = text(false, &notice);
        assert!(rows.contains("FALSE     the rule says something else"), "{rows}");
        let json: serde_json::Value = serde_json::from_str(&text(true, &notice)).unwrap();
        assert_eq!(json["verified"], false);
        assert_eq!(json["flaw"], "wrong-verdict");
        assert_eq!(json["power"], serde_json::Value::Null);
    }
}
