// SPDX-License-Identifier: Apache-2.0
//! Usage as Green Button data: an Atom feed of NAESB REQ.21 (ESPI 1.1) resources.
//!
//! One `UsagePoint` (electricity) with one `MeterReading`, whose `ReadingType` says energy delivered,
//! Wh, in intervals of half an hour; one `IntervalBlock` for each day in UTC that has readings.
//!
//! - Half-hours without reading are left out.
//! - Half-hours that the processor calls partial or doubled have `ReadingQuality` 10, questionable.
//! - The processor lists no more than 32 spans of each irregularity. Half-hours behind the last one
//!   listed of an unfinished list may be irregular too: they are there, with quality 10.
//! - Energy fed into the grid is known for the whole period alone and has no place here.
//!
//! Times are UTC, without daylight saving. Identifiers are derived from the meter and the period, so
//! that the same answer gives the same feed.

use crate::output::rfc3339;
use dmsm_primitives::{
    answer::{Irregular, Usage},
    time::HALF_HOURS_A_DAY,
    HalfHour, Moment,
};
use quick_xml::{
    events::{BytesDecl, Event},
    Writer,
};
use sha2::{Digest, Sha256};
use std::io;

const ATOM: &str = "http://www.w3.org/2005/Atom";
const ESPI: &str = "http://naesb.org/espi";
/// Length of a half-hour, s.
const INTERVAL: u32 = 1_800;
/// `QualityOfReading`: questionable.
const QUESTIONABLE: u32 = 10;

/// What the resources are called in each other's links.
const POINT: &str = "RetailCustomer/1/UsagePoint/1";
const READING: &str = "RetailCustomer/1/UsagePoint/1/MeterReading/1";
const BLOCKS: &str = "RetailCustomer/1/UsagePoint/1/MeterReading/1/IntervalBlock";
const TYPE: &str = "ReadingType/1";
const LOCAL_TIME: &str = "LocalTimeParameters/1";

/// Writes a feed. `updated` is when the answer was given.
pub fn feed(usage: &Usage, updated: Moment) -> io::Result<Vec<u8>> {
    let mut feed = Feed { xml: Writer::new_with_indent(Vec::new(), b' ', 2), usage, updated };
    feed.xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    feed.write()?;
    let mut bytes = feed.xml.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

type Xml = Writer<Vec<u8>>;

struct Feed<'a> {
    xml: Xml,
    usage: &'a Usage,
    updated: Moment,
}

/// A reading: the half-hour, its energy in Wh, whether it is in doubt.
type Reading = (HalfHour, u32, bool);

impl Feed<'_> {
    fn write(&mut self) -> io::Result<()> {
        let mut xml = std::mem::replace(&mut self.xml, Writer::new(Vec::new()));
        xml.create_element("feed").with_attribute(("xmlns", ATOM)).write_inner_content(|xml| {
            text(xml, "id", &self.id("feed"))?;
            text(xml, "title", &format!("Usage of meter {}", self.usage.meter))?;
            text(xml, "updated", &rfc3339(self.updated))?;
            nested(xml, "author", |xml| text(xml, "name", "dmsm"))?;
            link(xml, "self", "Batch/RetailCustomer/1/UsagePoint/1")?;
            self.usage_point(xml)?;
            self.local_time(xml)?;
            self.meter_reading(xml)?;
            self.reading_type(xml)?;
            let blocks = self.days();
            blocks.iter().enumerate().try_for_each(|(index, day)| self.block(xml, index + 1, day))
        })?;
        self.xml = xml;
        Ok(())
    }

    fn usage_point(&self, xml: &mut Xml) -> io::Result<()> {
        let related = [format!("{POINT}/MeterReading"), LOCAL_TIME.into()];
        self.entry(xml, POINT, "Electricity", &related, "UsagePoint", |xml| {
            // 0: electricity.
            nested(xml, "ServiceCategory", |xml| text(xml, "kind", "0"))
        })
    }

    fn local_time(&self, xml: &mut Xml) -> io::Result<()> {
        self.entry(xml, LOCAL_TIME, "UTC", &[], "LocalTimeParameters", |xml| {
            // No daylight saving.
            text(xml, "dstEndRule", "FFFFFFFF")?;
            text(xml, "dstOffset", "0")?;
            text(xml, "dstStartRule", "FFFFFFFF")?;
            text(xml, "tzOffset", "0")
        })
    }

    fn meter_reading(&self, xml: &mut Xml) -> io::Result<()> {
        let related = [TYPE.into(), BLOCKS.into()];
        self.entry(xml, READING, "Half-hourly energy", &related, "MeterReading", |_| Ok(()))
    }

    fn reading_type(&self, xml: &mut Xml) -> io::Result<()> {
        self.entry(xml, TYPE, "Energy delivered, Wh", &[], "ReadingType", |xml| {
            for (name, value) in [
                // Of each interval by itself.
                ("accumulationBehaviour", 4),
                // Electricity.
                ("commodity", 1),
                ("dataQualifier", 12),
                // From the grid to the customer.
                ("flowDirection", 1),
                ("intervalLength", INTERVAL),
                // Energy.
                ("kind", 12),
                ("powerOfTenMultiplier", 0),
                ("timeAttribute", 0),
                // Wh.
                ("uom", 72),
            ] {
                text(xml, name, &value.to_string())?;
            }
            Ok(())
        })
    }

    fn block(&self, xml: &mut Xml, index: usize, readings: &[Reading]) -> io::Result<()> {
        let (Some(first), Some(last)) = (readings.first(), readings.last()) else { return Ok(()) };
        let path = format!("{BLOCKS}/{index}");
        let title = rfc3339(first.0.start());
        self.entry(xml, &path, &title, &[], "IntervalBlock", |xml| {
            let half_hours = last.0 .0 - first.0 .0 + 1;
            period(xml, "interval", first.0, half_hours * INTERVAL)?;
            for (half_hour, energy, doubtful) in readings {
                nested(xml, "IntervalReading", |xml| {
                    if *doubtful {
                        nested(xml, "ReadingQuality", |xml| text(xml, "quality", &QUESTIONABLE.to_string()))?;
                    }
                    period(xml, "timePeriod", *half_hour, INTERVAL)?;
                    text(xml, "value", &energy.to_string())
                })?;
            }
            Ok(())
        })
    }

    /// A resource in its Atom entry.
    fn entry(
        &self,
        xml: &mut Xml,
        path: &str,
        title: &str,
        related: &[String],
        resource: &str,
        content: impl FnOnce(&mut Xml) -> io::Result<()>,
    ) -> io::Result<()> {
        nested(xml, "entry", |xml| {
            text(xml, "id", &self.id(path))?;
            link(xml, "self", path)?;
            link(xml, "up", path.rsplit_once('/').map_or(path, |(up, _)| up))?;
            related.iter().try_for_each(|path| link(xml, "related", path))?;
            text(xml, "title", title)?;
            nested(xml, "content", |xml| {
                xml.create_element(resource).with_attribute(("xmlns", ESPI)).write_inner_content(content)?;
                Ok(())
            })?;
            text(xml, "published", &rfc3339(self.updated))?;
            text(xml, "updated", &rfc3339(self.updated))
        })
    }

    /// A UUID of version 8 from the meter, the period and the resource.
    fn id(&self, resource: &str) -> String {
        let Usage { meter, period, .. } = self.usage;
        let named = format!("dmsm/green-button/v1 {meter} {} {} {resource}", period.from, period.until);
        let mut id = [0; 16];
        id.copy_from_slice(&Sha256::digest(named)[..16]);
        id[6] = id[6] & 0x0f | 0x80;
        id[8] = id[8] & 0x3f | 0x80;
        let digits = hex::encode(id);
        let [a, b, c, d, e] = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
        format!("urn:uuid:{a}-{b}-{c}-{d}-{e}")
    }

    /// The readings that there are, by day.
    fn days(&self) -> Vec<Vec<Reading>> {
        let Usage { period, energy, quality, .. } = self.usage;
        let first = period.half_hours().map_or(0, |half_hours| half_hours.start);
        let mut days: Vec<Vec<Reading>> = Vec::new();
        for (half_hour, energy) in (first..).map(HalfHour).zip(energy) {
            let Listed::No { sure } = listed(&quality.missing, half_hour) else { continue };
            let irregular = [&quality.partial, &quality.doubled]
                .iter()
                .any(|irregular| listed(irregular, half_hour) != Listed::No { sure: true });
            let reading = (half_hour, energy.0, irregular || !sure);
            let day = |half_hour: HalfHour| half_hour.0 / HALF_HOURS_A_DAY;
            match days.last_mut().filter(|last| last.last().is_some_and(|last| day(last.0) == day(half_hour)))
            {
                Some(last) => last.push(reading),
                None => days.push(vec![reading]),
            }
        }
        days
    }
}

/// Whether a half-hour is among those listed.
#[derive(PartialEq, Eq)]
enum Listed {
    Yes,
    /// It is not; `sure` where the list reaches as far.
    No {
        sure: bool,
    },
}

fn listed(irregular: &Irregular, half_hour: HalfHour) -> Listed {
    let end = |span: &dmsm_primitives::answer::Span| span.first.0.saturating_add(span.count);
    let within = |span: &&dmsm_primitives::answer::Span| (span.first.0..end(span)).contains(&half_hour.0);
    if irregular.spans.iter().any(|span| within(&span)) {
        return Listed::Yes;
    }
    let all: u64 = irregular.spans.iter().map(|span| u64::from(span.count)).sum();
    let reached = irregular.spans.last().map_or(0, end);
    Listed::No { sure: all >= u64::from(irregular.count) || half_hour.0 < reached }
}

fn nested(xml: &mut Xml, name: &str, content: impl FnOnce(&mut Xml) -> io::Result<()>) -> io::Result<()> {
    xml.create_element(name).write_inner_content(content)?;
    Ok(())
}

fn text(xml: &mut Xml, name: &str, value: &str) -> io::Result<()> {
    xml.create_element(name).write_text_content(quick_xml::events::BytesText::new(value))?;
    Ok(())
}

fn link(xml: &mut Xml, rel: &str, href: &str) -> io::Result<()> {
    xml.create_element("link").with_attributes([("rel", rel), ("href", href)]).write_empty()?;
    Ok(())
}

fn period(xml: &mut Xml, name: &str, from: HalfHour, seconds: u32) -> io::Result<()> {
    nested(xml, name, |xml| {
        text(xml, "duration", &seconds.to_string())?;
        text(xml, "start", &(from.start() / 1_000).to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use dmsm_primitives::{
        answer::{Quality, Span},
        time::HALF_HOUR_MILLIS,
        DeviceId, Period,
    };
    use quick_xml::{name::ResolveResult, NsReader};

    /// The text of every leaf, by the local names on the way to it, all of one of the two namespaces.
    fn leaves(xml: &[u8]) -> Vec<(String, String)> {
        let text = std::str::from_utf8(xml).unwrap();
        let mut reader = NsReader::from_str(text);
        reader.config_mut().check_end_names = true;
        let (mut path, mut leaves) = (Vec::new(), Vec::new());
        loop {
            let (namespace, event) = reader.read_resolved_event().unwrap();
            match event {
                Event::Start(start) => {
                    let ResolveResult::Bound(namespace) = namespace else { panic!("no namespace") };
                    let name = start.local_name().into_inner().to_owned();
                    let espi = path.contains(&"content".to_owned());
                    assert_eq!(namespace.as_ref(), if espi { ESPI } else { ATOM }, "{name}");
                    path.push(name);
                }
                Event::End(_) => drop(path.pop()),
                Event::Text(value) => {
                    if !value.trim().is_empty() {
                        leaves.push((path.join("/"), value.to_string()));
                    }
                }
                Event::Eof => break,
                _ => {}
            }
        }
        assert!(path.is_empty());
        leaves
    }

    fn values<'a>(leaves: &'a [(String, String)], end: &str) -> Vec<&'a str> {
        leaves.iter().filter(|(path, _)| path.ends_with(end)).map(|(_, value)| value.as_str()).collect()
    }

    fn usage() -> Usage {
        let first = HalfHour::of(1_325_376_000_000).unwrap();
        let mut quality = Quality::default();
        quality.missing.push(HalfHour(first.0 + 1));
        quality.partial.push(HalfHour(first.0 + 2));
        Usage {
            meter: DeviceId([0xab; 32]),
            period: Period { from: first.start(), until: first.start() + 50 * HALF_HOUR_MILLIS },
            energy: (0..50).map(|n| codec::Compact(if n == 1 { 0 } else { 100 + n })).collect(),
            export: 0,
            quality,
        }
    }
    #[test]
    fn the_feed_is_well_formed_and_says_what_the_answer_says() {
        let xml = feed(&usage(), 1_400_000_000_000).unwrap();
        let leaves = leaves(&xml);
        assert_eq!(values(&leaves, "UsagePoint/ServiceCategory/kind"), ["0"]);
        for (name, value) in
            [("uom", "72"), ("powerOfTenMultiplier", "0"), ("intervalLength", "1800"), ("flowDirection", "1")]
        {
            assert_eq!(values(&leaves, &format!("ReadingType/{name}")), [value]);
        }
        // Fifty half-hours less the missing one; the energies in order.
        let energies = values(&leaves, "IntervalReading/value");
        assert_eq!(energies.len(), 49);
        assert_eq!((energies[0], energies[1], energies[48]), ("100", "102", "149"));
        let starts = values(&leaves, "timePeriod/start");
        assert_eq!((starts[0], starts[1]), ("1325376000", "1325379600"));
        assert_eq!(values(&leaves, "ReadingQuality/quality"), ["10"]);
        // A block a day: all of the first, two half-hours of the second.
        assert_eq!(values(&leaves, "interval/duration"), ["86400", "3600"]);
        assert_eq!(values(&leaves, "feed/updated"), ["2014-05-13T16:53:20Z"]);
    }

    #[test]
    fn identifiers_are_uuids_all_different_and_stay_the_same() {
        let xml = feed(&usage(), 0).unwrap();
        assert_eq!(xml, feed(&usage(), 0).unwrap());
        let leaves = leaves(&xml);
        let mut ids = values(&leaves, "id");
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!((ids.len(), count), (7, 7));
        assert!(ids.iter().all(|id| id.len() == 45 && id.as_bytes()[23] == b'8'), "{ids:?}");
    }

    #[test]
    fn behind_an_unfinished_list_nothing_is_sure() {
        let span = |first| Span { first: HalfHour(first), count: 2 };
        let irregular = Irregular { count: 9, spans: vec![span(10), span(20)] };
        assert!(listed(&irregular, HalfHour(11)) == Listed::Yes);
        assert!(listed(&irregular, HalfHour(12)) == Listed::No { sure: true });
        assert!(listed(&irregular, HalfHour(22)) == Listed::No { sure: false });
        let finished = Irregular { count: 4, ..irregular };
        assert!(listed(&finished, HalfHour(22)) == Listed::No { sure: true });
    }
}
