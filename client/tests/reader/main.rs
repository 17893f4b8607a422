// SPDX-License-Identifier: Apache-2.0
//! The readers of notices and of requests against a node that forks, prunes, loses and goes away.

mod blocks;
mod node;
mod requests;
mod world;

use dmsm_client::{Flaw, Head, Lost, NoticeReader, Selection, VerifiedNotice};
use dmsm_primitives::Falsehood;
use std::time::Duration;
use world::World;

const PATIENCE: Duration = Duration::from_secs(20);

async fn all(reader: &mut NoticeReader) -> Vec<VerifiedNotice> {
    let mut notices = Vec::new();
    while let Some(notice) = reader.next(PATIENCE).await.unwrap() {
        notices.push(notice);
    }
    notices
}

fn sequences(notices: &[VerifiedNotice]) -> Vec<u64> {
    notices.iter().map(|notice| notice.sealed.seal.sequence).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_every_notice_of_many_blocks_and_several_of_one() {
    let world = World::new().await;
    for sequence in 1..=3 {
        world.block(&[world.notify(sequence - 1, sequence)]);
    }
    world.empty_blocks(150);
    world.block(&[world.notify(3, 5), world.notify(5, 9), world.notify(9, 10)]);
    let mut reader = world.reader(Selection::default()).await;
    let notices = all(&mut reader).await;
    assert_eq!(sequences(&notices), [1, 2, 3, 5, 9, 10]);
    assert!(notices.iter().all(|notice| notice.result.is_ok() && notice.lost.is_none()));
    assert_eq!(reader.position(), 154);
    assert!(reader.missing().await.unwrap().is_empty());

    world.block(&[world.notify(10, 11)]);
    assert_eq!(sequences(&all(&mut reader).await), [11]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_is_told_and_a_lie_is_named() {
    let world = World::new().await;
    world.block(&[world.notify(0, 1)]);
    world.block(&[world.notify(4, 6)]);
    world.block(&[world.lie(6, 7)]);
    world.set_last_notice(9);
    let mut reader = world.reader(Selection::default()).await;
    let notices = all(&mut reader).await;
    assert_eq!(notices[1].lost, Some(Lost { after: 1, until: 4 }));
    assert!(notices[1].result.is_ok());
    assert_eq!(notices[2].result, Err(Flaw::False(Falsehood::WrongVerdict)));
    let missing = reader.missing().await.unwrap();
    assert_eq!(missing, [(world.device.id(), Lost { after: 7, until: 9 })]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_notice_is_none() {
    let world = World::new().await;
    world.block_with_failures(&[world.notify(0, 1), world.notify(0, 2)], &[1]);
    let mut reader = world.reader(Selection::default()).await;
    assert_eq!(sequences(&all(&mut reader).await), [1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fork_withdraws_its_notices_and_none_is_handed_out_twice() {
    let world = World::new().await;
    let first = world.notify(0, 1);
    let second = world.notify(1, 2);
    world.block(&[first]);
    world.block(std::slice::from_ref(&second));
    let mut reader = world.reader(Selection { head: Head::Best, ..Selection::default() }).await;
    assert_eq!(sequences(&all(&mut reader).await), [1, 2]);

    // Blocks 2 and 3 of another branch: the second notice comes one block later, a third behind it.
    world.fork_after(1);
    world.empty_blocks(1);
    world.block(&[second, world.notify(2, 3)]);
    let notices = all(&mut reader).await;
    assert_eq!(sequences(&notices), [3]);
    assert_eq!(notices[0].lost, None);

    // A shorter branch on which the third never was.
    world.fork_after(2);
    assert_eq!(sequences(&all(&mut reader).await), [0; 0]);
    world.block(&[world.notify(1, 4)]);
    let notices = all(&mut reader).await;
    assert_eq!((sequences(&notices), notices[0].lost), (vec![4], None));
}

#[tokio::test(flavor = "multi_thread")]
async fn finds_out_without_events_which_notices_the_chain_took() {
    let world = World::new().await;
    world.block(&[world.notify(0, 1)]);
    // Refused by the chain: an old sequence, a foreign signature, not next.
    let refused = [world.notify(0, 1), world.forged(1, 2), world.notify(7, 8), world.notify(1, 3)];
    world.block_with_failures(&refused, &[0, 1, 2]);
    world.block(&[world.notify(3, 4)]);
    world.prune();
    let mut reader = world.reader(Selection::default()).await;
    let notices = all(&mut reader).await;
    assert_eq!(sequences(&notices), [1, 3, 4]);
    assert!(notices.iter().all(|notice| notice.result.is_ok() && notice.lost.is_none()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_goes_away_costs_no_notice() {
    let world = World::new().await;
    world.block(&[world.notify(0, 1)]);
    let mut reader = world.reader(Selection::default()).await;
    assert_eq!(reader.follow().await.unwrap().sealed.seal.sequence, 1);

    world.node.stop().await;
    for sequence in 2..=40 {
        world.block(&[world.notify(sequence - 1, sequence)]);
    }
    let impatient = reader.next(Duration::ZERO).await;
    assert!(impatient.unwrap_err().is_connection());
    let wait = tokio::spawn(async move {
        let mut seen = Vec::new();
        while seen.len() < 39 {
            seen.push(reader.follow().await.unwrap().sealed.seal.sequence);
        }
        seen
    });
    tokio::time::sleep(Duration::from_millis(700)).await;
    world.node.start().await;
    let seen = tokio::time::timeout(PATIENCE, wait).await.unwrap().unwrap();
    assert_eq!(seen, (2..=40).collect::<Vec<u64>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_of_the_processor_is_looked_up() {
    let mut world = World::new().await;
    world.block(&[world.notify(0, 1)]);
    let mut reader = world.reader(Selection::default()).await;
    assert_eq!(all(&mut reader).await.len(), 1);
    world.rotate_processor();
    world.block(&[world.notify(1, 2)]);
    let notices = all(&mut reader).await;
    assert!(notices[0].result.is_ok(), "{:?}", notices[0].result);
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_later_block_the_first_notice_may_follow_any() {
    let world = World::new().await;
    for sequence in 1..=4 {
        world.block(&[world.notify(sequence - 1, sequence)]);
    }
    let mut reader = world.reader(Selection { from: 3, ..Selection::default() }).await;
    let notices = all(&mut reader).await;
    assert_eq!(sequences(&notices), [3, 4]);
    assert!(notices.iter().all(|notice| notice.lost.is_none()));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_owners_notices_are_left_alone() {
    let world = World::new().await;
    world.block(&[world.foreign(0, 1), world.notify(0, 1)]);
    let mut reader = world.reader(Selection::default()).await;
    assert_eq!(all(&mut reader).await.len(), 1);
}
