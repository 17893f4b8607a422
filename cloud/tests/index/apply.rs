// SPDX-License-Identifier: Apache-2.0
//! How blocks come into the index.

use crate::{
    database::{conformance, Database},
    world::{
        accepted, credit, data_key, device, fulfilled, manifest, member, notice, requested, World, DAY,
        GENESIS, SCOPE,
    },
};
use dmsm_client::FinalizedBlock;
use dmsm_cloud::{
    access::{ChainIndex, Finalized, IndexError},
    index::{FollowError, NoticeFilter, Paging, Place},
};
use dmsm_primitives::{Conduct, RequestKind};

conformance! {
    nothing_is_answered_before_a_block_is_read
    blocks_and_their_head_are_written_together
    what_cannot_be_written_whole_is_not_written_at_all
    a_block_that_comes_again_changes_nothing
    a_gap_is_refused
    another_block_than_the_indexed_one_is_refused
    an_index_belongs_to_one_chain
    a_block_of_many_events_is_read_whole
    an_event_past_the_last_place_is_refused
    unknown_events_are_skipped_and_counted
    two_programs_do_not_write_the_same_block_twice
    blocks_without_events_move_the_head_alone
}

fn head(block: &FinalizedBlock) -> Finalized {
    Finalized { number: block.number, hash: block.hash }
}

/// Two blocks in which everything happens.
fn world() -> World {
    let mut world = World::new();
    let anchored = world.anchor(&manifest(member(1), DAY, 0, 0..3));
    world.block(vec![
        notice(device(1), 5),
        requested(0, member(100), RequestKind::BillDetails),
        credit(member(1), Conduct::Delivered { price: 50 }, 5, 505),
        data_key(member(1), 9),
        anchored,
    ]);
    world.block(vec![
        accepted(0),
        fulfilled(0, [4; 32], Some(member(200))),
        credit(member(1), Conduct::TimedOut, -25, 480),
        credit(member(2), Conduct::FalseNotice, -100, 400),
        credit(member(1), Conduct::BadShare, -480, 0),
    ]);
    world
}

async fn nothing_is_answered_before_a_block_is_read(database: Database) {
    let index = database.open().await;
    assert_eq!(index.head().await.unwrap(), None);
    let world = World::new();
    assert!(matches!(index.apply(&[], &world.store).await, Err(FollowError::OtherChain)));
    index.bind(&GENESIS).await.unwrap();
    assert_eq!(index.head().await.unwrap(), Some(Finalized { number: 0, hash: GENESIS }));
    assert!(matches!(index.finalized().await, Err(IndexError::Empty)));
    let page = index.notices(&NoticeFilter::default(), &Paging::default()).await;
    assert!(matches!(page, Err(IndexError::Empty)));
    assert!(matches!(index.day(&member(1), &SCOPE, DAY).await, Err(IndexError::Empty)));
}

async fn blocks_and_their_head_are_written_together(database: Database) {
    let (index, world) = (database.open().await, world());
    index.bind(&GENESIS).await.unwrap();
    let (first, rest) = world.blocks.split_at(1);
    let (found, more) = index.apply(first, &world.store).await.unwrap();
    assert_eq!((found, more), (head(&first[0]), false));
    assert_eq!(index.finalized().await.unwrap(), head(&first[0]));
    assert_eq!(index.apply(rest, &world.store).await.unwrap().0, head(&rest[0]));
    let tables = ["index_head", "blocks", "notices", "requests", "credit", "data_keys", "anchors", "records"];
    let dump = database.dump().await;
    let rows = tables.map(|table| dump.iter().filter(|row| row.starts_with(table)).count());
    assert_eq!(rows, [1, 2, 1, 1, 4, 1, 1, 3]);
    let scores: Vec<_> = dump
        .iter()
        .filter(|row| row.starts_with("credit"))
        .map(|row| row.rsplitn(4, ' ').take(3).collect::<Vec<_>>())
        .collect();
    // After, before, change.
    assert_eq!(
        scores,
        [["505", "500", "5"], ["480", "505", "-25"], ["400", "500", "-100"], ["0", "480", "-480"]]
    );
}

async fn what_cannot_be_written_whole_is_not_written_at_all(database: Database) {
    let (index, mut world) = (database.open().await, world());
    // No chain does this: the same request twice.
    world.block(vec![notice(device(1), 6), requested(0, member(100), RequestKind::BillDetails)]);
    index.bind(&GENESIS).await.unwrap();
    index.apply(&world.blocks[..2], &world.store).await.unwrap();
    let before = database.dump().await;
    index.apply(&world.blocks[2..], &world.store).await.unwrap_err();
    assert_eq!(database.dump().await, before);
    world.blocks[2].events.pop();
    index.apply(&world.blocks, &world.store).await.unwrap();
    assert_ne!(database.dump().await, before);
}

async fn a_block_that_comes_again_changes_nothing(database: Database) {
    let (index, world) = (database.open().await, world());
    world.read_into(&index).await;
    let dump = database.dump().await;
    let last = head(&world.blocks[1]);
    for again in [&world.blocks[..], &world.blocks[..1], &world.blocks[1..], &[]] {
        assert_eq!(index.apply(again, &world.store).await.unwrap(), (last, false));
    }
    assert_eq!(database.dump().await, dump);
}

async fn a_gap_is_refused(database: Database) {
    let (index, mut world) = (database.open().await, world());
    world.block(vec![notice(device(1), 6)]);
    world.block(vec![]);
    index.bind(&GENESIS).await.unwrap();
    let gap = index.apply(&world.blocks[1..], &world.store).await;
    assert!(matches!(gap, Err(FollowError::Gap { after: 0, found: 2 })));
    let without: Vec<_> = [0, 1, 3].map(|n| world.blocks[n].clone()).to_vec();
    let gap = index.apply(&without, &world.store).await;
    assert!(matches!(gap, Err(FollowError::Gap { after: 2, found: 4 })));
    assert_eq!(index.head().await.unwrap().unwrap().number, 0);
}

async fn another_block_than_the_indexed_one_is_refused(database: Database) {
    let (index, mut world) = (database.open().await, world());
    world.block(vec![notice(device(1), 6)]);
    index.bind(&GENESIS).await.unwrap();
    index.apply(&world.blocks[..2], &world.store).await.unwrap();
    let before = database.dump().await;
    let edited = |number: usize, edit: fn(&mut FinalizedBlock)| {
        let mut blocks = world.blocks.clone();
        edit(&mut blocks[number]);
        blocks
    };
    for other in [edited(1, |block| block.hash = [9; 32]), edited(2, |block| block.parent = [9; 32])] {
        let refused = index.apply(&other, &world.store).await;
        assert!(matches!(refused, Err(FollowError::OtherBlock { number: 2 })), "{refused:?}");
    }
    assert_eq!(database.dump().await, before);
}

async fn an_index_belongs_to_one_chain(database: Database) {
    let (index, world) = (database.open().await, world());
    world.read_into(&index).await;
    index.bind(&GENESIS).await.unwrap();
    assert!(matches!(index.bind(&[9; 32]).await, Err(FollowError::OtherChain)));
    index.clear().await.unwrap();
    assert!(matches!(index.bind(&[9; 32]).await, Err(FollowError::OtherChain)));
    index.bind(&GENESIS).await.unwrap();
}

async fn a_block_of_many_events_is_read_whole(database: Database) {
    let index = database.open().await;
    let mut world = World::new();
    let mut events = Vec::new();
    let mut score: u16 = 500;
    for n in 0..10_000 {
        events.push(notice(device(n % 7), u64::from(n) + 1));
        score -= u16::from(n % 50 == 0);
        events.push(credit(member(1), Conduct::TimedOut, -i16::from(n % 50 == 0), score));
    }
    let requests = 0..500;
    events.extend(requests.clone().map(|n| requested(n, member(n as u8), RequestKind::UsageDetails)));
    events.extend(requests.map(accepted));
    world.block(events);
    world.read_into(&index).await;
    let dump = database.dump().await;
    let count = |table: &str| dump.iter().filter(|row| row.starts_with(table)).count();
    assert_eq!(["notices", "credit", "requests"].map(count), [10_000, 10_000, 500]);
    assert!(dump.iter().filter(|row| row.starts_with("requests")).all(|row| row.contains(" accepted ")));
    let last = dump.iter().rfind(|row| row.starts_with("credit")).unwrap();
    assert!(last.ends_with(" 300"), "{last}");
}

async fn an_event_past_the_last_place_is_refused(database: Database) {
    let (index, mut world) = (database.open().await, world());
    world.blocks[1].events[0].position = 1 << 20;
    assert_eq!(Place::new(2, 1 << 20), None);
    index.bind(&GENESIS).await.unwrap();
    let refused = index.apply(&world.blocks, &world.store).await;
    assert!(matches!(refused, Err(FollowError::TooManyEvents { number: 2 })));
    assert_eq!(index.head().await.unwrap().unwrap().number, 0);
}

async fn unknown_events_are_skipped_and_counted(database: Database) {
    let (index, mut world) = (database.open().await, world());
    world.blocks[0].unknown = vec!["Records.Anchored".into(), "Prepaid.Renamed".into()];
    world.blocks[1].unknown = vec!["Records.Anchored".into()];
    world.read_into(&index).await;
    assert_eq!(index.unknown_events().await.unwrap(), 3);
    assert_eq!(index.finalized().await.unwrap(), head(&world.blocks[1]));
    // The state of a request whose beginning was not understood is no state of another one.
    world.block(vec![accepted(77)]);
    index.apply(&world.blocks, &world.store).await.unwrap();
    let requests = database.dump().await.into_iter().filter(|row| row.starts_with("requests")).count();
    assert_eq!(requests, 1);
}

async fn two_programs_do_not_write_the_same_block_twice(database: Database) {
    let world = world();
    let (one, other) = (database.open().await, database.open().await);
    one.bind(&GENESIS).await.unwrap();
    let (first, second) =
        tokio::join!(one.apply(&world.blocks, &world.store), other.apply(&world.blocks, &world.store));
    let moved = |result: &Result<_, FollowError>| match result {
        Ok(_) => false,
        Err(FollowError::Moved) => true,
        Err(error) => panic!("{error}"),
    };
    // Whoever came late was told, or found nothing to do.
    assert!(!(moved(&first) && moved(&second)));
    let once = database.dump().await;
    let (third, _) = one.apply(&world.blocks, &world.store).await.unwrap();
    assert_eq!(third, head(&world.blocks[1]));
    assert_eq!(database.dump().await, once);
}

async fn blocks_without_events_move_the_head_alone(database: Database) {
    let index = database.open().await;
    let mut world = World::new();
    for _ in 0..100 {
        world.block(vec![]);
    }
    world.read_into(&index).await;
    assert_eq!(index.finalized().await.unwrap().number, 100);
    assert_eq!(database.dump().await.len(), 1);
}
