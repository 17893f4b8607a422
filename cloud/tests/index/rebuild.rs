// SPDX-License-Identifier: Apache-2.0
//! An index that was built step by step, with interruptions, is the one that is built at once.

use crate::{
    database::{conformance, Database},
    world::{
        accepted, credit, data_key, device, fulfilled, manifest, member, notice, requested, Random, World,
        DAY, GENESIS,
    },
};
use dmsm_client::{ChainEvent, Progress};
use dmsm_cloud::index::FollowError;
use dmsm_primitives::{Conduct, Day, RequestKind};
use std::{collections::HashMap, time::Duration};
use tokio::time::timeout;

conformance! {
    an_index_built_with_interruptions_is_the_one_built_at_once
    an_index_built_anew_in_its_place_is_the_same
    the_backends_hold_the_same
}

/// A chain of some hundred blocks; the same for the same seed.
fn world(seed: u64) -> World {
    let (mut world, mut random) = (World::new(), Random::new(seed));
    let (mut requests, mut scores) = (0, HashMap::new());
    let mut versions = HashMap::new();
    for number in 0..300 {
        let mut events = Vec::new();
        for _ in 0..random.below(4) {
            let processor = member(1 + random.below(3) as u8);
            events.push(match random.below(6) {
                0 => notice(device(random.below(5) as u32), number + 1),
                1 => {
                    requests += 1;
                    requested(requests - 1, member(random.below(9) as u8), RequestKind::BillDetails)
                }
                2 if requests > 0 => match random.below(3) {
                    0 => accepted(random.below(requests)),
                    1 => fulfilled(random.below(requests), [number as u8; 32], Some(member(200))),
                    _ => ChainEvent::Progressed(random.below(requests), Progress::TimedOut),
                },
                3 => {
                    let score = scores.entry(processor).or_insert(500u16);
                    *score = (*score + 5).min(1_000);
                    credit(processor, Conduct::Delivered { price: number.into() }, 5, *score)
                }
                _ => {
                    let day = Day(DAY.0 + random.below(3) as u32);
                    let version = versions.entry((processor, day)).or_insert(0u16);
                    let first = random.below(10) as u32;
                    let manifest =
                        manifest(processor, day, *version, first..first + 1 + random.below(4) as u32);
                    *version += 1;
                    world.anchor(&manifest)
                }
            });
        }
        if number == 7 {
            events.push(data_key(member(1), 9));
        }
        world.block(events);
        if random.below(50) == 0 {
            world.blocks.last_mut().unwrap().unknown.push("Records.Renamed".into());
        }
    }
    world
}

/// A transaction that was broken off may be written all the same, after the head was asked for.
fn applied<T>(result: Result<T, FollowError>) {
    match result {
        Ok(_) | Err(FollowError::Moved) => {}
        Err(error) => panic!("{error}"),
    }
}

/// Reads the chain in pieces: pieces that overlap, breaks in the middle of a transaction, manifests
/// that come late.
async fn read_with_interruptions(world: &World, database: &Database, seed: u64) {
    let mut random = Random::new(seed);
    let mut missing: Vec<_> = world.store.digests();
    missing.retain(|_| random.below(3) == 0);
    let mut missing: Vec<_> =
        missing.into_iter().filter_map(|digest| Some((digest, world.store.remove(&digest)?))).collect();
    let mut index = database.open().await;
    index.bind(&GENESIS).await.unwrap();
    loop {
        let head = index.head().await.unwrap().unwrap().number as usize;
        if head == world.blocks.len() {
            break;
        }
        let from = head.saturating_sub(random.below(5) as usize);
        let until = (head + 1 + random.below(40) as usize).min(world.blocks.len());
        let apply = index.apply(&world.blocks[from..until], &world.store);
        match random.below(3) {
            // Whatever it was doing when it was broken off.
            0 => {
                let patience = Duration::from_micros(random.below(5_000));
                let _ = timeout(patience, apply).await;
            }
            1 => {
                applied(apply.await);
                index = database.open().await;
            }
            _ => applied(apply.await),
        }
        let late = if random.below(2) == 0 { missing.pop() } else { None };
        if let Some((digest, bytes)) = late {
            world.store.put_bytes(digest, bytes);
        }
        let anchors = index.unavailable(None, 100).await.unwrap();
        if let Some(anchor) = anchors.get(random.below(20) as usize) {
            index.retry(anchor, &world.store).await.unwrap();
        }
    }
    missing.into_iter().for_each(|(digest, bytes)| world.store.put_bytes(digest, bytes));
    for anchor in index.unavailable(None, 1_000).await.unwrap() {
        assert!(index.retry(&anchor, &world.store).await.unwrap());
    }
}

async fn an_index_built_with_interruptions_is_the_one_built_at_once(database: Database) {
    for seed in 1..=3 {
        let world = world(seed);
        let at_once = Database::sqlite().await;
        world.read_into(&at_once.open().await).await;
        let expected = at_once.dump().await;
        assert!(expected.len() > 400, "{}", expected.len());
        let index = database.open().await;
        index.clear().await.unwrap();
        read_with_interruptions(&world, &database, seed).await;
        assert_eq!(settled(database.dump().await), settled(expected), "{seed}");
    }
}

async fn an_index_built_anew_in_its_place_is_the_same(database: Database) {
    let world = world(4);
    read_with_interruptions(&world, &database, 4).await;
    let index = database.open().await;
    let before = database.dump().await;
    index.clear().await.unwrap();
    assert_eq!(database.dump().await.len(), 1);
    world.read_into(&index).await;
    assert_eq!(settled(database.dump().await), settled(before));
}

async fn the_backends_hold_the_same(database: Database) {
    let world = world(5);
    let sqlite = Database::sqlite().await;
    world.read_into(&database.open().await).await;
    world.read_into(&sqlite.open().await).await;
    assert_eq!(database.dump().await, sqlite.dump().await);
}

/// A dump, after making sure that no anchor in it waits for its manifest.
fn settled(dump: Vec<String>) -> Vec<String> {
    assert!(dump.iter().all(|row| !row.contains("unavailable")));
    dump
}
