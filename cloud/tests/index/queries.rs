// SPDX-License-Identifier: Apache-2.0
//! What the index answers.

use crate::{
    database::{conformance, Database},
    world::{
        accepted, batch, credit, data_key, device, fulfilled, manifest, member, notice, requested, World,
        DAY, GENESIS, SCOPE, TODAY,
    },
};
use dmsm_client::{ChainEvent, Progress};
use dmsm_cloud::{
    access::{ChainIndex, IndexError},
    index::{
        ConductKind, CreditFilter, Index, NoticeFilter, Page, Paging, RecordFilter, RequestFilter,
        RequestState,
    },
};
use dmsm_primitives::{
    records::Scope, request::Rejection, time::DAY_MILLIS, Conduct, Day, RegionId, RequestKind,
};
use std::future::Future;

conformance! {
    pages_hold_every_entry_once_in_the_chains_order
    a_page_goes_on_where_it_ended_whatever_is_added
    notices_are_found_by_device_owner_processor_and_day
    requests_are_found_by_who_asked_who_was_asked_and_kind
    the_state_of_a_request_and_its_times_are_the_chains
    records_are_found_by_processor_meter_and_day
    credit_is_found_by_processor_and_conduct
    filters_that_exclude_each_other_are_refused
    an_answer_in_a_cloud_is_its_requesters_and_nobody_elses
    the_latest_records_of_a_day_are_given
    keys_manifests_and_owners_are_found
    every_page_says_up_to_which_block_it_is_complete
}

fn paging(limit: u32) -> Paging {
    Paging { limit, ..Paging::default() }
}

/// All entries, page by page.
async fn all<T, F: Future<Output = Result<Page<T>, IndexError>>>(
    limit: u32,
    ask: impl Fn(Paging) -> F,
) -> Vec<T> {
    let mut entries = Vec::new();
    let mut next = paging(limit);
    loop {
        let page = ask(next).await.unwrap();
        assert!(page.items.len() <= limit as usize);
        entries.extend(page.items);
        match page.next {
            Some(after) => next.after = Some(after),
            None => return entries,
        }
    }
}

async fn sequences(index: &Index, filter: NoticeFilter) -> Vec<u64> {
    let notices = all(3, |paging| async move { index.notices(&filter, &paging).await }).await;
    notices.iter().map(|notice| notice.sequence).collect()
}

async fn requests(index: &Index, filter: RequestFilter) -> Vec<u64> {
    let requests = all(2, |paging| async move { index.requests(&filter, &paging).await }).await;
    requests.iter().map(|request| request.request).collect()
}

/// Meter (its first four bytes), day from [`DAY`] on, and version of records.
async fn records(index: &Index, filter: RecordFilter) -> Vec<(u32, u32, u16)> {
    let records = all(2, |paging| async move { index.records(&filter, &paging).await }).await;
    let number = |id: &[u8; 32]| u32::from_be_bytes(id[..4].try_into().unwrap());
    records.iter().map(|r| (number(&r.meter.0), r.day.0 - DAY.0, r.version)).collect()
}

async fn pages_hold_every_entry_once_in_the_chains_order(database: Database) {
    let (index, mut world) = (database.open().await, World::new());
    for first in [1, 4, 7, 10] {
        world.block((first..first + 3).map(|sequence| notice(device(1), sequence)).collect());
        world.block(vec![]);
    }
    world.read_into(&index).await;
    let expected: Vec<u64> = (1..13).collect();
    for limit in [1, 2, 3, 5, 11, 12, 13, 1_000] {
        let filter = NoticeFilter::default();
        let (index, filter) = (&index, &filter);
        let notices = all(limit, |paging| async move { index.notices(filter, &paging).await }).await;
        let found: Vec<_> = notices.iter().map(|notice| notice.sequence).collect();
        assert_eq!(found, expected, "{limit}");
        let places: Vec<_> = notices.iter().map(|notice| (notice.block, notice.position)).collect();
        assert!(places.is_sorted() && places[0] == (1, 3) && places[11] == (7, 9));
    }
    // A caller that asks for none or for all gets some.
    for (limit, count) in [(0, 1), (u32::MAX, 12)] {
        let page = index.notices(&NoticeFilter::default(), &paging(limit)).await.unwrap();
        assert_eq!(page.items.len(), count);
    }
}

async fn a_page_goes_on_where_it_ended_whatever_is_added(database: Database) {
    let (index, mut world) = (database.open().await, World::new());
    let event = world.anchor(&manifest(member(1), DAY, 0, 0..4));
    world.block(vec![notice(device(1), 1), notice(device(1), 2), event]);
    world.read_into(&index).await;
    let notices = index.notices(&NoticeFilter::default(), &paging(1)).await.unwrap();
    let records = index.records(&RecordFilter::default(), &paging(2)).await.unwrap();
    let event = world.anchor(&manifest(member(1), DAY, 1, 0..1));
    world.block(vec![notice(device(1), 3), event]);
    index.apply(&world.blocks, &world.store).await.unwrap();
    let rest = Paging { after: notices.next, limit: 10 };
    for _ in 0..2 {
        let page = index.notices(&NoticeFilter::default(), &rest).await.unwrap();
        assert_eq!(page.items.iter().map(|notice| notice.sequence).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(page.next, None);
    }
    let page =
        index.records(&RecordFilter::default(), &Paging { after: records.next, limit: 10 }).await.unwrap();
    assert_eq!(page.items.iter().map(|record| record.meter).collect::<Vec<_>>(), [2, 3, 0].map(device));
}

async fn notices_are_found_by_device_owner_processor_and_day(database: Database) {
    let (index, mut world) = (database.open().await, World::new());
    world.slot = DAY_MILLIS / 2;
    for sequence in 1..=8 {
        let mut other = crate::world::seal(device(2), sequence + 100);
        (other.owner, other.processor) = (member(101), member(2));
        world.block(vec![notice(device(1), sequence), ChainEvent::Notified(other)]);
    }
    world.read_into(&index).await;
    let none = NoticeFilter::default();
    let one: Vec<u64> = (1..=8).collect();
    let other: Vec<u64> = (101..=108).collect();
    assert_eq!(sequences(&index, none).await.len(), 16);
    for (filter, expected) in [
        (NoticeFilter { device: Some(device(1)), ..none }, &one[..]),
        (NoticeFilter { device: Some(device(2)), ..none }, &other[..]),
        (NoticeFilter { device: Some(device(3)), ..none }, &[]),
        (NoticeFilter { owner: Some(member(101)), ..none }, &other[..]),
        (NoticeFilter { processor: Some(member(1)), ..none }, &one[..]),
    ] {
        assert_eq!(sequences(&index, filter).await, expected, "{filter:?}");
    }
    // Block 1 is at noon of the first day, blocks 2 and 3 begin and halve the second.
    let days = |from: Option<u32>, to: Option<u32>| {
        let day = |n: u32| Day(TODAY.0 + n);
        NoticeFilter { device: Some(device(1)), from: from.map(day), to: to.map(day), ..none }
    };
    for (from, to, expected) in [
        (Some(0), Some(0), &one[..1]),
        (Some(1), Some(1), &one[1..3]),
        (Some(1), Some(2), &one[1..5]),
        (Some(3), None, &one[5..]),
        (None, Some(1), &one[..3]),
        (Some(5), None, &[]),
        (Some(2), Some(1), &[]),
        (None, Some(100), &one[..]),
    ] {
        assert_eq!(sequences(&index, days(from, to)).await, expected, "{from:?} {to:?}");
    }
    let before = NoticeFilter { to: Some(Day(0)), ..none };
    assert!(sequences(&index, before).await.is_empty());
    let never = NoticeFilter { from: Some(Day(u32::MAX)), to: Some(Day(u32::MAX)), ..none };
    assert!(sequences(&index, never).await.is_empty());
}

async fn requests_are_found_by_who_asked_who_was_asked_and_kind(database: Database) {
    let (index, mut world) = (database.open().await, World::new());
    let (bill, usage) = (RequestKind::BillDetails, RequestKind::UsageDetails);
    world.block(vec![requested(0, member(1), bill), requested(1, member(2), bill)]);
    world.block(vec![requested(2, member(1), usage), requested(3, member(2), usage)]);
    world.block(vec![requested(4, member(1), bill)]);
    world.read_into(&index).await;
    let none = RequestFilter::default();
    for (filter, expected) in [
        (none, &[0, 1, 2, 3, 4][..]),
        (RequestFilter { requester: Some(member(1)), ..none }, &[0, 2, 4]),
        (RequestFilter { requester: Some(member(1)), kind: Some(bill), ..none }, &[0, 4]),
        (RequestFilter { processor: Some(member(1)), ..none }, &[0, 1, 2, 3, 4]),
        (RequestFilter { processor: Some(member(1)), kind: Some(usage), ..none }, &[2, 3]),
        (RequestFilter { processor: Some(member(2)), ..none }, &[]),
        (RequestFilter { kind: Some(bill), ..none }, &[0, 1, 4]),
        (RequestFilter { from: Some(TODAY), to: Some(TODAY), ..none }, &[0, 1, 2, 3, 4]),
    ] {
        assert_eq!(requests(&index, filter).await, expected, "{filter:?}");
    }
}

async fn the_state_of_a_request_and_its_times_are_the_chains(database: Database) {
    let (index, mut world) = (database.open().await, World::new());
    world.block((0..7).map(|n| requested(n, member(1), RequestKind::BillDetails)).collect());
    let accepted_of = [1, 2, 6];
    world.block(accepted_of.map(accepted).to_vec());
    world.block(vec![
        fulfilled(2, [4; 32], Some(member(200))),
        ChainEvent::Progressed(3, Progress::Rejected { reason: Rejection::NoData }),
        ChainEvent::Progressed(4, Progress::Cancelled),
        ChainEvent::Progressed(5, Progress::Expired),
        ChainEvent::Progressed(6, Progress::TimedOut),
    ]);
    world.read_into(&index).await;
    let page = index.requests(&RequestFilter::default(), &Paging::default()).await.unwrap();
    use RequestState::*;
    let states: Vec<_> = page.items.iter().map(|request| request.state).collect();
    assert_eq!(states, [Requested, Accepted, Fulfilled, Rejected, Cancelled, Expired, TimedOut]);
    let times = [0, 1, 2].map(|n| world.blocks[n].time);
    for request in &page.items {
        let ended = !matches!(request.state, Requested | Accepted);
        assert_eq!(request.requested_at, times[0]);
        assert_eq!(request.accepted_at, accepted_of.contains(&request.request).then_some(times[1]));
        assert_eq!(request.answer_by, accepted_of.contains(&request.request).then_some(8_000));
        assert_eq!(request.ended_at, ended.then_some(times[2]));
        assert_eq!(request.answer.is_some(), request.state == Fulfilled);
    }
    assert_eq!((page.items[2].cloud, page.items[2].price.as_str()), (Some(member(200)), "50"));
    assert_eq!(page.items[2].answer, Some("04".repeat(32)));
}

async fn records_are_found_by_processor_meter_and_day(database: Database) {
    let (index, mut world) = (database.open().await, World::new());
    let day = |n: u32| Day(DAY.0 + n);
    // The chain anchors a later day first.
    let late = world.anchor(&manifest(member(1), day(1), 0, 0..2));
    let early = world.anchor(&manifest(member(1), day(0), 0, 0..2));
    let foreign = world.anchor(&manifest(member(2), day(0), 0, 1..2));
    world.block(vec![late, early, foreign]);
    let corrected = world.anchor(&manifest(member(1), day(0), 1, 0..1));
    world.block(vec![corrected]);
    world.read_into(&index).await;
    let none = RecordFilter::default();
    let (own, zero, one) = (Some(member(1)), Some(device(0)), Some(device(1)));
    for (filter, expected) in [
        (none, &[(0, 0, 0), (1, 0, 0), (1, 0, 0), (0, 0, 1), (0, 1, 0), (1, 1, 0)][..]),
        (RecordFilter { processor: own, ..none }, &[(0, 0, 0), (1, 0, 0), (0, 0, 1), (0, 1, 0), (1, 1, 0)]),
        (RecordFilter { processor: own, meter: one, ..none }, &[(1, 0, 0), (1, 1, 0)]),
        (RecordFilter { meter: one, ..none }, &[(1, 0, 0), (1, 0, 0), (1, 1, 0)]),
        (RecordFilter { meter: zero, from: Some(day(0)), to: Some(day(0)), ..none }, &[(0, 0, 0), (0, 0, 1)]),
        (RecordFilter { processor: own, from: Some(day(1)), ..none }, &[(0, 1, 0), (1, 1, 0)]),
        (RecordFilter { processor: own, meter: zero, to: Some(day(0)), ..none }, &[(0, 0, 0), (0, 0, 1)]),
        (RecordFilter { from: Some(day(2)), ..none }, &[]),
        (RecordFilter { to: Some(Day(0)), ..none }, &[]),
        (RecordFilter { processor: Some(member(3)), ..none }, &[]),
    ] {
        assert_eq!(records(&index, filter).await, expected, "{filter:?}");
    }
    let filter = RecordFilter { processor: Some(member(2)), ..none };
    let page = index.records(&filter, &Paging::default()).await.unwrap();
    let record = &page.items[0];
    let anchored = manifest(member(2), day(0), 0, 1..2).records[0];
    assert_eq!((record.block, record.index, record.scope.as_str()), (1, 0, "1/2012-01"));
    assert_eq!((record.present, &record.digest), (1, &hex::encode(anchored.digest)));
    assert_eq!(record.ciphertext, hex::encode(anchored.ciphertext));
}

async fn credit_is_found_by_processor_and_conduct(database: Database) {
    let (index, mut world) = (database.open().await, World::new());
    let delivered = Conduct::Delivered { price: u128::MAX };
    world.block(vec![
        credit(member(1), delivered, 5, 505),
        credit(member(2), Conduct::TimedOut, -25, 475),
        credit(member(1), Conduct::TimedOut, -25, 480),
    ]);
    world.block(vec![credit(member(1), Conduct::FalseNotice, -600, 0)]);
    world.read_into(&index).await;
    let none = CreditFilter::default();
    let index = &index;
    for (filter, expected) in [
        (none, &[(500, 505), (500, 475), (505, 480), (480, 0)][..]),
        (CreditFilter { processor: Some(member(1)), ..none }, &[(500, 505), (505, 480), (480, 0)]),
        (CreditFilter { conduct: Some(ConductKind::TimedOut), ..none }, &[(500, 475), (505, 480)]),
        (
            CreditFilter { processor: Some(member(1)), conduct: Some(ConductKind::TimedOut), ..none },
            &[(505, 480)],
        ),
        (CreditFilter { conduct: Some(ConductKind::BadShare), ..none }, &[]),
        (CreditFilter { from: Some(Day(TODAY.0 + 1)), ..none }, &[]),
    ] {
        let entries = all(2, |paging| async move { index.credit(&filter, &paging).await }).await;
        let scores: Vec<_> = entries.iter().map(|entry| (entry.before, entry.after)).collect();
        assert_eq!(scores, expected, "{filter:?}");
    }
    let page = index.credit(&none, &Paging::default()).await.unwrap();
    assert_eq!(page.items[0].price, Some(u128::MAX.to_string()));
    assert_eq!((page.items[1].price.as_ref(), page.items[3].change), (None, -600));
}

async fn filters_that_exclude_each_other_are_refused(database: Database) {
    let index = database.open().await;
    let notices =
        NoticeFilter { device: Some(device(1)), processor: Some(member(1)), ..NoticeFilter::default() };
    let refused = index.notices(&notices, &Paging::default()).await.unwrap_err();
    assert_eq!(refused.to_string(), "give one of device, owner, processor, not several");
    let requests = RequestFilter {
        requester: Some(member(1)),
        processor: Some(member(1)),
        kind: Some(RequestKind::BillDetails),
        ..RequestFilter::default()
    };
    let refused = index.requests(&requests, &Paging::default()).await;
    assert!(matches!(refused, Err(IndexError::FiltersExclude("requester, processor"))));
}

async fn an_answer_in_a_cloud_is_its_requesters_and_nobody_elses(database: Database) {
    let (index, mut world) = (database.open().await, World::new());
    let cloud = Some(member(200));
    world.block((0..4).map(|n| requested(n, member(n as u8), RequestKind::BillDetails)).collect());
    world.block(vec![
        fulfilled(0, [1; 32], cloud),
        // In the block: nothing of it is in the cloud.
        fulfilled(1, [2; 32], None),
        // Another request with an answer of the same bytes.
        fulfilled(2, [1; 32], cloud),
        // What another cloud says it holds.
        fulfilled(3, [1; 32], Some(member(201))),
    ]);
    world.read_into(&index).await;
    let index = &index;
    let answered = |requester: u8, cloud: u8, digest: u8| async move {
        index.answered(&member(requester), &member(cloud), &[digest; 32]).await.unwrap()
    };
    assert!(answered(0, 200, 1).await && answered(2, 200, 1).await && answered(3, 201, 1).await);
    for (requester, cloud, digest) in
        [(3, 200, 1), (0, 201, 1), (1, 200, 1), (1, 200, 2), (0, 200, 2), (9, 200, 1)]
    {
        assert!(!answered(requester, cloud, digest).await, "{requester} {cloud} {digest}");
    }
}

async fn the_latest_records_of_a_day_are_given(database: Database) {
    let (index, mut world) = (database.open().await, World::new());
    let versions = [0..5, 1..3, 2..7];
    let manifests: Vec<_> =
        (0..).zip(versions).map(|(version, meters)| manifest(member(1), DAY, version, meters)).collect();
    for manifest in &manifests {
        let anchor = world.anchor(manifest);
        world.block(vec![anchor]);
    }
    let foreign = world.anchor(&manifest(member(2), DAY, 0, 0..9));
    let mut elsewhere = manifest(member(1), DAY, 3, 0..9);
    elsewhere.scope.region = RegionId(2);
    let moved = world.anchor(&elsewhere);
    world.block(vec![foreign, moved]);
    world.read_into(&index).await;
    let day = index.day(&member(1), &SCOPE, DAY).await.unwrap().unwrap();
    let expected = [&manifests[0].records[..1], &manifests[1].records[..1], &manifests[2].records].concat();
    assert_eq!((day.versions, day.lacking), (3, 0));
    assert_eq!(day.records, expected);
    assert_eq!(day.finalized.number, 4);
    let other = Scope { region: RegionId(2), ..SCOPE };
    assert_eq!(index.day(&member(1), &other, DAY).await.unwrap().unwrap().records, elsewhere.records);
    assert_eq!(index.day(&member(1), &SCOPE, Day(DAY.0 + 1)).await.unwrap(), None);
    assert_eq!(index.day(&member(3), &SCOPE, DAY).await.unwrap(), None);
}

async fn keys_manifests_and_owners_are_found(database: Database) {
    let (index, mut world) = (database.open().await, World::new());
    let own = manifest(member(1), DAY, 0, 0..2);
    // Another processor claims the same ciphertexts later.
    let mut claimed = manifest(member(2), DAY, 0, 0..2);
    for (claimed, own) in claimed.records.iter_mut().zip(&own.records) {
        claimed.ciphertext = own.ciphertext;
    }
    let key = data_key(member(1), 9);
    let ChainEvent::DataKeyAnnounced { key: announced, .. } = key.clone() else { unreachable!() };
    let anchors = vec![key, world.anchor(&own), world.anchor(&claimed)];
    world.block(anchors);
    world.read_into(&index).await;
    assert_eq!(index.data_key(&member(1), &SCOPE).await.unwrap(), Some(announced.paillier));
    assert_eq!(index.data_key(&member(2), &SCOPE).await.unwrap(), None);
    assert_eq!(index.manifest(&member(1), DAY, 0).await.unwrap(), Some(batch(&own).manifest));
    assert_eq!(index.manifest(&member(1), DAY, 1).await.unwrap(), None);
    let owner = index.record_owner(&own.records[1].ciphertext).await.unwrap();
    assert_eq!(owner, Some((member(1), SCOPE)));
    assert_eq!(index.record_owner(&[9; 32]).await.unwrap(), None);
}

async fn every_page_says_up_to_which_block_it_is_complete(database: Database) {
    let (index, mut world) = (database.open().await, World::new());
    world.block(vec![notice(device(1), 1)]);
    world.block(vec![]);
    index.bind(&GENESIS).await.unwrap();
    for block in &world.blocks {
        index.apply(std::slice::from_ref(block), &world.store).await.unwrap();
        let hash = format!("0x{}", hex::encode(block.hash));
        let notices = index.notices(&NoticeFilter::default(), &Paging::default()).await.unwrap().finalized;
        let requests = index.requests(&RequestFilter::default(), &Paging::default()).await.unwrap().finalized;
        let records = index.records(&RecordFilter::default(), &Paging::default()).await.unwrap().finalized;
        let credit = index.credit(&CreditFilter::default(), &Paging::default()).await.unwrap().finalized;
        for finalized in [notices, requests, records, credit] {
            assert_eq!((finalized.number, &finalized.hash), (block.number, &hash));
        }
    }
}
