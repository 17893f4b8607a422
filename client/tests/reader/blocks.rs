// SPDX-License-Identifier: Apache-2.0
//! Finalized blocks, read for a history.

use crate::world::World;
use codec::Encode;
use dmsm_client::{BlockReader, ChainEvent, Client, Error, FinalizedBlock};

async fn client(world: &World) -> Client {
    let key = ["Timestamp", "Now"].map(|name| sp_crypto_hashing::twox_128(name.as_bytes())).concat();
    world.node.chain.lock().unwrap().storage.insert(key, 1_700_000_000_000u64.encode());
    Client::connect(&format!("ws://{}", world.node.address)).await.unwrap()
}

async fn all(reader: &mut BlockReader) -> Vec<FinalizedBlock> {
    let mut all = Vec::new();
    loop {
        match reader.next().await.unwrap() {
            blocks if blocks.is_empty() => return all,
            blocks => all.extend(blocks),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_finalized_block_is_read_in_order_with_what_happened() {
    let world = World::new().await;
    world.empty_blocks(50);
    world.block(&[world.notify(0, 1), world.notify(1, 2)]);
    let client = client(&world).await;
    let mut reader = BlockReader::after(client.clone(), 0, *client.genesis());
    let mut blocks = all(&mut reader).await;
    world.block(&[world.notify(2, 3)]);
    blocks.extend(all(&mut reader).await);

    assert_eq!(blocks.iter().map(|block| block.number).collect::<Vec<_>>(), (1..=52).collect::<Vec<_>>());
    assert_eq!(blocks[0].parent, *client.genesis());
    assert!(blocks.windows(2).all(|pair| pair[1].parent == pair[0].hash));
    assert!(blocks.iter().all(|block| block.time == 1_700_000_000_000 && block.unknown.is_empty()));
    let events = blocks.iter().flat_map(|block| block.events.iter().map(|placed| (block.number, placed)));
    let notices: Vec<_> = events
        .map(|(number, placed)| match &placed.event {
            ChainEvent::Notified(seal) => (number, placed.position, seal.sequence),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(notices, [(51, 0, 1), (51, 1, 2), (52, 0, 3)]);
    assert_eq!(client.block_hash(52).await.unwrap(), Some(blocks[51].hash));
    assert_eq!(client.block_hash(53).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_goes_on_behind_a_block_and_another_chain_is_told() {
    let world = World::new().await;
    world.empty_blocks(10);
    let client = client(&world).await;
    let hash = client.block_hash(6).await.unwrap().unwrap();
    let mut reader = BlockReader::after(client.clone(), 6, hash);
    let blocks = all(&mut reader).await;
    assert_eq!(blocks.iter().map(|block| block.number).collect::<Vec<_>>(), [7, 8, 9, 10]);

    let mut elsewhere = BlockReader::after(client, 6, [9; 32]);
    let Err(Error::Node { reason }) = elsewhere.next().await else { panic!() };
    assert_eq!(reason, "its chain does not go on from block 6");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_discarded_state_is_told_by_name() {
    let world = World::new().await;
    world.empty_blocks(10);
    world.prune();
    let client = client(&world).await;
    let genesis = *client.genesis();
    let mut reader = BlockReader::after(client, 0, genesis);
    assert!(matches!(reader.next().await, Err(Error::Discarded { .. })));
}
