// SPDX-License-Identifier: Apache-2.0
//! What becomes of an anchor whose manifest is missing, damaged, or not what was anchored.

use crate::{
    database::{conformance, Database},
    world::{batch, device, manifest, member, World, DAY, GENESIS, SCOPE},
};
use codec::Encode;
use dmsm_client::{AnchoredBatch, ChainEvent};
use dmsm_cloud::{
    access::ChainIndex,
    index::{find, Finding, Flaw, Index, Paging, RecordFilter, MANIFESTS_AT_ONCE},
};
use dmsm_primitives::{
    records::{Manifest, MAX_BATCH},
    time::Month,
    Day, DeviceId,
};

conformance! {
    a_missing_manifest_is_named_and_found_later
    other_bytes_under_a_digest_are_no_manifest
    what_differs_from_its_anchor_is_named_and_never_believed
    more_manifests_than_are_read_at_once_are_read_later
    the_largest_batch_is_read
    a_retry_that_comes_late_changes_nothing
}

async fn states(database: &Database) -> Vec<String> {
    let anchors = database.dump().await.into_iter().filter(|row| row.starts_with("anchors"));
    anchors.map(|row| row.rsplitn(3, ' ').take(2).collect::<Vec<_>>().join(" ")).collect()
}

async fn records(index: &Index) -> Vec<(DeviceId, u16)> {
    let page = index.records(&RecordFilter::default(), &Paging::default()).await.unwrap();
    page.items.into_iter().map(|record| (record.meter, record.version)).collect()
}

async fn a_missing_manifest_is_named_and_found_later(database: Database) {
    let (index, mut world) = (database.open().await, World::new());
    let (first, second) = (manifest(member(1), DAY, 0, 0..2), manifest(member(1), DAY, 1, 1..3));
    let anchors = vec![world.anchor(&first), world.anchor(&second)];
    world.block(anchors);
    world.store.remove(&first.digest());
    world.read_into(&index).await;
    assert_eq!(states(&database).await, ["- unavailable", "- indexed"]);
    assert_eq!(index.lacking().await.unwrap(), (1, 0));
    assert_eq!(records(&index).await, [(device(1), 1), (device(2), 1)]);
    let day = index.day(&member(1), &SCOPE, DAY).await.unwrap().unwrap();
    assert_eq!((day.versions, day.lacking, day.records.len()), (2, 1, 2));

    let anchor = index.unavailable(None, 10).await.unwrap()[0];
    assert_eq!(anchor.batch, batch(&first));
    assert!(!index.retry(&anchor, &world.store).await.unwrap());
    world.store.put(&first);
    assert!(index.retry(&anchor, &world.store).await.unwrap());
    assert_eq!(states(&database).await, ["- indexed", "- indexed"]);
    assert!(index.unavailable(None, 10).await.unwrap().is_empty());
    let day = index.day(&member(1), &SCOPE, DAY).await.unwrap().unwrap();
    assert_eq!((day.versions, day.lacking, day.records.len()), (2, 0, 3));
    // Of meter 1 the later version counts, though it was read first.
    assert_eq!(day.records, [&first.records[..1], &second.records].concat());
}

async fn other_bytes_under_a_digest_are_no_manifest(database: Database) {
    let (index, mut world) = (database.open().await, World::new());
    let manifest = manifest(member(1), DAY, 0, 0..2);
    let anchor = world.anchor(&manifest);
    world.block(vec![anchor]);
    let mut flipped = manifest.encode();
    flipped[100] ^= 1;
    world.store.put_bytes(manifest.digest(), flipped);
    world.read_into(&index).await;
    // The store can be mended: this is looked for again.
    assert_eq!(states(&database).await, ["- unavailable"]);
    assert!(records(&index).await.is_empty());
}

/// Anchors that their manifest does not bear out, by what is wrong.
fn mismatches(world: &World) -> Vec<(Flaw, AnchoredBatch)> {
    let good = manifest(member(1), DAY, 0, 0..4);
    let of = |edit: fn(&mut AnchoredBatch)| {
        let mut batch = batch(&good);
        edit(&mut batch);
        batch
    };
    let bytes = |bytes: Vec<u8>| {
        let digest = <sha2::Sha256 as sha2::Digest>::digest(&bytes).into();
        world.store.put_bytes(digest, bytes);
        AnchoredBatch { manifest: digest, ..batch(&good) }
    };
    let edited = |edit: fn(&mut Manifest)| {
        let mut manifest = good.clone();
        edit(&mut manifest);
        bytes(manifest.encode())
    };
    world.store.put(&good);
    vec![
        (Flaw::Malformed, bytes(Vec::new())),
        (Flaw::Malformed, bytes([good.encode(), vec![0]].concat())),
        (Flaw::Malformed, bytes(good.encode()[..200].to_vec())),
        // A length of 2^30 - 1 and nothing behind it.
        (Flaw::Malformed, bytes([&good.encode()[..45], &[0xfe, 0xff, 0xff, 0xff]].concat())),
        (Flaw::WithoutForm, edited(|manifest| manifest.records.swap(0, 1))),
        (Flaw::WithoutForm, edited(|manifest| manifest.records[1].day = Day(1))),
        (Flaw::WithoutForm, edited(|manifest| manifest.records.clear())),
        (Flaw::WithoutForm, edited(|manifest| manifest.records[0].present = u64::MAX)),
        (Flaw::OtherProcessor, of(|batch| batch.processor = member(2))),
        (Flaw::OtherScope, of(|batch| batch.scope.region.0 = 2)),
        (Flaw::OtherScope, of(|batch| batch.scope.month = Month { year: 2012, month: 2 })),
        (Flaw::OtherDay, of(|batch| batch.day = Day(DAY.0 + 1))),
        (Flaw::OtherVersion, of(|batch| batch.version = 1)),
        (Flaw::OtherCount, of(|batch| batch.count = 5)),
        (Flaw::OtherRoot, of(|batch| batch.root = [9; 32])),
        (Flaw::OtherRoot, edited(|manifest| manifest.records[3].ciphertext = [9; 32])),
    ]
}

async fn what_differs_from_its_anchor_is_named_and_never_believed(database: Database) {
    let (index, mut world) = (database.open().await, World::new());
    index.bind(&GENESIS).await.unwrap();
    for (flaw, mut anchored) in mismatches(&world) {
        assert_eq!(find(&world.store, &anchored).await, Finding::Mismatch(flaw));
        if flaw != Flaw::OtherDay && flaw != Flaw::OtherVersion && flaw != Flaw::OtherProcessor {
            // Each under a day of its own, as no version is anchored twice.
            continue;
        }
        anchored.version = anchored.version.max(world.blocks.len() as u16);
        let anchored = ChainEvent::Anchored(anchored);
        world.block(vec![anchored]);
    }
    world.read_into(&index).await;
    let named = states(&database).await;
    assert_eq!(named, ["other-processor mismatch", "other-day mismatch", "other-version mismatch"]);
    assert_eq!(index.lacking().await.unwrap(), (0, 3));
    assert!(records(&index).await.is_empty());
    assert!(index.unavailable(None, 10).await.unwrap().is_empty());
}

async fn more_manifests_than_are_read_at_once_are_read_later(database: Database) {
    let (index, mut world) = (database.open().await, World::new());
    let count = MANIFESTS_AT_ONCE as u16 + 3;
    let manifests: Vec<_> = (0..count).map(|n| manifest(member(1), DAY, n, 0..1)).collect();
    let anchors = manifests.iter().map(|manifest| world.anchor(manifest)).collect();
    world.block(anchors);
    index.bind(&GENESIS).await.unwrap();
    let (_, more) = index.apply(&world.blocks, &world.store).await.unwrap();
    assert!(more);
    let later = index.unavailable(None, 2).await.unwrap();
    assert_eq!(later.len(), 2);
    let rest = index.unavailable(Some(later[1].place), 10).await.unwrap();
    assert_eq!(rest.len(), 1);
    for anchor in later.iter().chain(&rest) {
        assert!(index.retry(anchor, &world.store).await.unwrap());
    }
    assert_eq!(records(&index).await.len(), usize::from(count));
}

async fn the_largest_batch_is_read(database: Database) {
    let (index, mut world) = (database.open().await, World::new());
    let largest = manifest(member(1), DAY, 0, 0..MAX_BATCH);
    let too_large = manifest(member(2), DAY, 0, 0..MAX_BATCH + 1);
    let anchors = vec![world.anchor(&largest), world.anchor(&too_large)];
    world.block(anchors);
    world.read_into(&index).await;
    assert_eq!(states(&database).await, ["- indexed", "without-form mismatch"]);
    let day = index.day(&member(1), &SCOPE, DAY).await.unwrap().unwrap();
    assert_eq!(day.records, largest.records);
}

async fn a_retry_that_comes_late_changes_nothing(database: Database) {
    let (index, mut world) = (database.open().await, World::new());
    let manifest = manifest(member(1), DAY, 0, 0..2);
    let anchored = world.anchor(&manifest);
    world.block(vec![anchored]);
    world.store.remove(&manifest.digest());
    world.read_into(&index).await;
    let anchor = index.unavailable(None, 1).await.unwrap()[0];
    world.store.put(&manifest);
    assert!(index.retry(&anchor, &world.store).await.unwrap());
    let dump = database.dump().await;
    // Another program looked for it at the same time.
    index.retry(&anchor, &world.store).await.unwrap();
    assert_eq!(database.dump().await, dump);
    // The index is being built anew.
    index.clear().await.unwrap();
    index.retry(&anchor, &world.store).await.unwrap();
    assert_eq!(database.dump().await.len(), 1);
}
