// SPDX-License-Identifier: Apache-2.0
//! Products of a day's ciphertexts: they open to the sum, and are made for those who may have it.

use crate::support::{index::HEAD, member::sha256, suite, Cloud};
use codec::Encode;
use dmsm_cloud::{access::DayRecords, http::Product};
use dmsm_crypto::paillier::{Ciphertext, SecretKey};
use dmsm_primitives::{records::ALL_PRESENT, Day, DeviceId, MemberId, Month, Record, RegionId, Scope};
use std::sync::OnceLock;

suite! {
    the_product_opens_to_the_sum_of_all_meters
    missing_half_hours_are_counted
    a_product_is_kept_while_the_day_stays_as_it_is
    another_gets_no_product_unless_granted
    a_day_that_is_not_whole_has_no_product
    a_ciphertext_that_cannot_be_used_is_named
    what_names_no_day_is_refused
}

const DAY: Day = Day(15_340); // 2012-01-01
const SCOPE: Scope = Scope { region: RegionId(7), month: Month { year: 2012, month: 1 } };

/// A data key; a short one, for speed.
fn key() -> &'static SecretKey {
    static KEY: OnceLock<SecretKey> = OnceLock::new();
    KEY.get_or_init(|| SecretKey::generate(2048).unwrap())
}

fn path(processor: &MemberId) -> String {
    format!("/v1/aggregates/{SCOPE}/{DAY}?processor={processor}")
}

/// Stores the ciphertexts of these plaintexts, one a meter, and anchors them.
async fn anchored(cloud: &Cloud, plaintexts: &[u32]) -> Vec<Record> {
    let blobs: Vec<_> =
        plaintexts.iter().map(|m| key().encrypt(&m.to_be_bytes()).unwrap().to_bytes()).collect();
    let call = crate::support::member::Call::new("POST", "/v1/blobs", blobs.encode());
    assert_eq!(cloud.processor.call(cloud.address, &call).await.status, 200);
    let record = |(n, blob): (u8, &Vec<u8>)| Record {
        meter: DeviceId([n; 32]),
        day: DAY,
        present: ALL_PRESENT,
        digest: [n; 32],
        ciphertext: sha256(blob),
    };
    let records: Vec<_> = (1u8..).zip(&blobs).map(record).collect();
    set(cloud, |day| day.records.clone_from(&records));
    let public = key().public().to_primitive();
    cloud.index.data_keys.lock().unwrap().insert((cloud.processor.id, SCOPE), public);
    records
}

/// Changes what the index says of the day.
fn set(cloud: &Cloud, change: impl FnOnce(&mut DayRecords)) {
    let mut days = cloud.index.days.lock().unwrap();
    let empty = DayRecords { versions: 1, lacking: 0, records: Vec::new(), finalized: HEAD };
    change(days.entry((cloud.processor.id, SCOPE, DAY)).or_insert(empty));
}

async fn product(cloud: &Cloud) -> Product {
    cloud.processor.get(cloud.address, &path(&cloud.processor.id)).await.json()
}

fn opened(product: &Product) -> u64 {
    let bytes = hex::decode(&product.ciphertext).unwrap();
    let plaintext = key().decrypt(&Ciphertext::from_bytes(key().public(), &bytes).unwrap()).unwrap();
    plaintext.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

async fn the_product_opens_to_the_sum_of_all_meters(cloud: Cloud) {
    anchored(&cloud, &[3, 1_000, 70_000, u32::MAX]).await;
    let product = product(&cloud).await;
    assert_eq!(opened(&product), 71_003 + u64::from(u32::MAX));
    assert_eq!((product.count, product.versions, product.missing.clone()), (4, 1, vec![0; 48]));
    assert_eq!((product.finalized.number, product.finalized.hash), (42, format!("0x{}", "42".repeat(32))));
}

async fn missing_half_hours_are_counted(cloud: Cloud) {
    anchored(&cloud, &[1, 2, 3]).await;
    set(&cloud, |day| {
        day.records[0].present = ALL_PRESENT - 1;
        day.records[2].present = ALL_PRESENT >> 1 & !1;
    });
    let missing = product(&cloud).await.missing;
    assert_eq!((missing[0], missing[1], missing[46], missing[47]), (2, 0, 0, 1));
}

async fn a_product_is_kept_while_the_day_stays_as_it_is(cloud: Cloud) {
    let records = anchored(&cloud, &[1, 2, 3]).await;
    let first = product(&cloud).await;
    let gone = &records[0].ciphertext;
    std::fs::remove_file(cloud.place.file(gone)).unwrap();
    assert_eq!(product(&cloud).await, first);
    // Without the last meter it is another product, which needs what is gone.
    set(&cloud, |day| day.records.truncate(2));
    let answer = cloud.processor.get(cloud.address, &path(&cloud.processor.id)).await;
    answer.refused(500, "bad-ciphertext");
    assert!(answer.text().contains(&hex::encode(gone)) && answer.text().contains("not in the store"));
}

async fn another_gets_no_product_unless_granted(cloud: Cloud) {
    anchored(&cloud, &[1, 2, 3]).await;
    let path = path(&cloud.processor.id);
    for member in [&cloud.other, &cloud.user] {
        member.get(cloud.address, &path).await.refused(403, "not-granted");
    }
    cloud.grants.scopes.lock().unwrap().insert((cloud.user.id, cloud.processor.id, SCOPE));
    assert_eq!(opened(&cloud.user.get(cloud.address, &path).await.json()), 6);
    cloud.other.get(cloud.address, &path).await.refused(403, "not-granted");
}

async fn a_day_that_is_not_whole_has_no_product(cloud: Cloud) {
    let path = path(&cloud.processor.id);
    cloud.processor.get(cloud.address, &path).await.refused(404, "nothing-anchored");
    anchored(&cloud, &[1]).await;
    set(&cloud, |day| day.lacking = 2);
    cloud.processor.get(cloud.address, &path).await.refused(409, "incomplete");
    set(&cloud, |day| day.lacking = 0);
    cloud.index.data_keys.lock().unwrap().clear();
    cloud.processor.get(cloud.address, &path).await.refused(404, "no-data-key");
}

async fn a_ciphertext_that_cannot_be_used_is_named(cloud: Cloud) {
    let records = anchored(&cloud, &[1, 2]).await;
    let file = cloud.place.file(&records[1].ciphertext);
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[9] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let answer = cloud.processor.get(cloud.address, &path(&cloud.processor.id)).await;
    answer.refused(500, "bad-ciphertext");
    assert!(answer.text().contains(&hex::encode(records[1].ciphertext)), "{}", answer.text());
    // Whole, but no ciphertext.
    cloud.processor.put(cloud.address, b"nonsense").await;
    set(&cloud, |day| day.records[1].ciphertext = sha256(b"nonsense"));
    let answer = cloud.processor.get(cloud.address, &path(&cloud.processor.id)).await;
    answer.refused(500, "bad-ciphertext");
}

async fn what_names_no_day_is_refused(cloud: Cloud) {
    let id = cloud.processor.id;
    for path in [
        format!("/v1/aggregates/7/2012-01/2012-02-01?processor={id}"),
        format!("/v1/aggregates/7/2012-1/2012-01-01?processor={id}"),
        format!("/v1/aggregates/x/2012-01/2012-01-01?processor={id}"),
        "/v1/aggregates/7/2012-01/2012-01-01".into(),
        "/v1/aggregates/7/2012-01/2012-01-01?processor=0x12".into(),
    ] {
        cloud.processor.get(cloud.address, &path).await.refused(400, "unparsable");
    }
}
