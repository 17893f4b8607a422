// SPDX-License-Identifier: Apache-2.0
//! Inquiries against indexes of 10^3 to 10^6 records in SQLite: time must not grow with the index.
//! Writes `bench/results/latest/inquiry.json`; given a number, measures up to that size and prints.

use async_trait::async_trait;
use codec::Encode;
use dmsm_client::{AnchoredBatch, ChainEvent, FinalizedBlock, PlacedEvent};
use dmsm_cloud::{
    access::ChainIndex,
    blobs::BlobError,
    database::Database,
    index::{Index, ManifestSource, Paging, RecordFilter},
};
use dmsm_primitives::{
    records::{Manifest, Record, Scope, ALL_PRESENT},
    Day, DeviceId, MemberId, RegionId,
};
use serde_json::{json, Value};
use sha2::{Digest, Sha256};
use std::{fs, path::Path, time::Instant};

// Not its crate: that would compile half the node for this.
#[path = "../../bench/src/machine.rs"]
mod machine;

const SIZES: [u32; 4] = [1_000, 10_000, 100_000, 1_000_000];
/// Meters of the region: as many records a day.
const METERS: u32 = 1_000;
/// The sizes are asked in turn, so that whatever else the machine does slows all alike.
const ROUNDS: u32 = 20;
const INQUIRIES: u32 = 200;
/// Entries in a page.
const PAGE: u32 = 100;
/// Slower at 10^6 records than at 10^3, at most.
const AIM: f64 = 1.2;

const PROCESSOR: MemberId = MemberId([1; 32]);
const GENESIS: [u8; 32] = [0xaa; 32];
/// 2012-01-01.
const FIRST_DAY: u32 = 15_340;

#[tokio::main]
async fn main() {
    let largest = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(u32::MAX);
    let sizes: Vec<u32> = SIZES.into_iter().filter(|size| *size <= largest).collect();
    let folder = tempfile::tempdir().expect("a folder for the indexes");
    let mut measured = Vec::new();
    for records in &sizes {
        measured.push(Measured::build(folder.path(), *records).await);
    }
    let mut random = Random(7);
    for _ in 0..ROUNDS {
        for measured in &mut measured {
            measured.ask(&mut random).await;
        }
    }
    let ratios = match (measured.first(), measured.last()) {
        (Some(first), Some(last)) => json!({
            "records": [last.records, first.records],
            "meter_day_p50": ratio(&last.meter_days, &first.meter_days, 0.5),
            "meter_day_p95": ratio(&last.meter_days, &first.meter_days, 0.95),
            "page_p50": ratio(&last.pages, &first.pages, 0.5),
            "page_p95": ratio(&last.pages, &first.pages, 0.95),
            "aim": AIM,
        }),
        _ => Value::Null,
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let report = json!({
        "inquiry": measured.iter().map(Measured::shown).collect::<Vec<_>>(),
        "page_entries": PAGE,
        "ratio": ratios,
        "backend": "sqlite",
        "machine": machine::describe(),
        "commit": machine::commit(&root),
    });
    println!("{report:#}");
    if sizes.len() == SIZES.len() {
        let folder = root.join("bench/results/latest");
        fs::create_dir_all(&folder).expect("the folder is made");
        fs::write(folder.join("inquiry.json"), format!("{report:#}\n")).expect("the results are written");
        println!("written to bench/results/latest/inquiry.json");
    }
}

/// An index and what its inquiries took, µs.
struct Measured {
    records: u32,
    index: Index,
    build_s: f64,
    bytes: u64,
    meter_days: Vec<f64>,
    pages: Vec<f64>,
}

impl Measured {
    async fn build(folder: &Path, records: u32) -> Self {
        let file = folder.join(format!("{records}.db"));
        let url = format!("sqlite://{}", file.display());
        let begin = Instant::now();
        let database = Database::open(&url).await.expect("the database opens");
        let index = Index::new(database.clone());
        index.bind(&GENESIS).await.expect("it is empty");
        let mut parent = GENESIS;
        for n in 0..records / METERS {
            let source = Region::day(n);
            let block = source.block(n + 1, parent);
            index.apply(std::slice::from_ref(&block), &source).await.expect("it follows");
            parent = block.hash;
        }
        // The file is whole once it is closed.
        database.close().await;
        let build_s = begin.elapsed().as_secs_f64();
        let bytes = fs::metadata(&file).expect("it is there").len();
        let index = Index::new(Database::open(&url).await.expect("the database opens"));
        Self { records, index, build_s, bytes, meter_days: Vec::new(), pages: Vec::new() }
    }

    async fn ask(&mut self, random: &mut Random) {
        let days = self.records / METERS;
        for _ in 0..INQUIRIES {
            let day = Some(Day(FIRST_DAY + random.below(days)));
            let processor = Some(PROCESSOR);
            let meter = Some(meter(random.below(METERS)));
            let of_meter = RecordFilter { processor, meter, from: day, to: day };
            self.meter_days.push(self.timed(of_meter, 1).await);
            let of_day = RecordFilter { processor, meter: None, from: day, to: day };
            self.pages.push(self.timed(of_day, PAGE).await);
        }
    }

    async fn timed(&self, filter: RecordFilter, expected: u32) -> f64 {
        let paging = Paging { limit: PAGE, ..Paging::default() };
        let begin = Instant::now();
        let page = self.index.records(&filter, &paging).await.expect("the index answers");
        let micros = begin.elapsed().as_secs_f64() * 1e6;
        assert_eq!(page.items.len(), expected as usize);
        micros
    }

    fn shown(&self) -> Value {
        json!({
            "records": self.records,
            "meter_day_us": spread(&self.meter_days),
            "page_us": spread(&self.pages),
            "bytes_a_record": self.bytes / u64::from(self.records),
            "build_s": (self.build_s * 1e3).round() / 1e3,
        })
    }
}

/// The meter-days of one day.
struct Region {
    bytes: Vec<u8>,
    batch: AnchoredBatch,
}

impl Region {
    fn day(n: u32) -> Self {
        let day = Day(FIRST_DAY + n);
        let record = |n: u32| Record {
            meter: meter(n),
            day,
            present: ALL_PRESENT,
            digest: Sha256::digest((day, n, 0u8).encode()).into(),
            ciphertext: Sha256::digest((day, n, 1u8).encode()).into(),
        };
        let mut records: Vec<_> = (0..METERS).map(record).collect();
        records.sort_by_key(|record| record.meter);
        let scope = Scope { region: RegionId(1), month: day.month().expect("before the year 10,000") };
        let manifest = Manifest { processor: PROCESSOR, scope, day, version: 0, records };
        let batch = AnchoredBatch {
            processor: PROCESSOR,
            scope,
            day,
            version: 0,
            root: manifest.root(),
            count: METERS,
            manifest: manifest.digest(),
        };
        Self { bytes: manifest.encode(), batch }
    }

    fn block(&self, number: u32, parent: [u8; 32]) -> FinalizedBlock {
        let events = vec![PlacedEvent { position: 2, event: ChainEvent::Anchored(self.batch) }];
        let hash = Sha256::digest((parent, number).encode()).into();
        FinalizedBlock { number, hash, parent, time: u64::from(number) * 6_000, events, unknown: Vec::new() }
    }
}

#[async_trait]
impl ManifestSource for Region {
    async fn fetch(&self, digest: &[u8; 32]) -> Result<Option<Vec<u8>>, BlobError> {
        Ok((*digest == self.batch.manifest).then(|| self.bytes.clone()))
    }
}

/// Identifiers are hashes: they come in no order.
fn meter(n: u32) -> DeviceId {
    DeviceId(Sha256::digest(n.encode()).into())
}

/// Numbers that look random, the same in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % u64::from(bound)) as u32
    }
}

fn at(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[((sorted.len() - 1) as f64 * share).round() as usize]
}

fn ratio(one: &[f64], other: &[f64], share: f64) -> f64 {
    (at(one, share) / at(other, share) * 1e3).round() / 1e3
}

fn spread(micros: &[f64]) -> Value {
    let at = |share| (at(micros, share) * 10.0).round() / 10.0;
    json!({ "p50": at(0.5), "p95": at(0.95), "max": at(1.0), "n": micros.len() })
}
