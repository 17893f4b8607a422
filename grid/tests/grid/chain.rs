// SPDX-License-Identifier: Apache-2.0
//! The directory that asks a node.

use crate::support::{node::Node, Device, GENESIS};
use dmsm_grid::directory::{ChainDirectory, DeviceDirectory, DeviceStatus, DirectoryError};
use dmsm_primitives::DeviceId;
use std::{future::Future, time::Duration};

async fn until<F: Future<Output = bool>>(mut holds: impl FnMut() -> F) {
    let all = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), all).await.expect("in time");
}

#[tokio::test]
async fn devices_are_read_from_the_nodes_storage() {
    let node = Node::start(([127, 0, 0, 1], 0).into(), GENESIS).await;
    let device = Device::new(1);
    let chain = ChainDirectory::connect(node.url());
    until(|| async { chain.check().await.is_ok() }).await;
    assert_eq!(chain.genesis().await, Ok(GENESIS));
    assert_eq!(chain.device(&device.id).await, Ok(None));
    for (status, connected) in
        [(DeviceStatus::Registered, false), (DeviceStatus::Connected, true), (DeviceStatus::Unbound, false)]
    {
        node.set(&device, status);
        let entry = chain.device(&device.id).await.unwrap().unwrap();
        assert_eq!((entry.key, entry.connected), (device.public(), connected));
    }
    node.set_raw(&DeviceId([9; 32]), &[1, 2, 3]);
    assert_eq!(chain.device(&DeviceId([9; 32])).await, Err(DirectoryError::Unreadable));
}

#[tokio::test]
async fn a_lost_node_is_found_again_and_its_genesis_stays_known() {
    let node = Node::start(([127, 0, 0, 1], 0).into(), GENESIS).await;
    let address = node.address;
    let device = Device::new(1);
    let chain = ChainDirectory::connect(node.url());
    until(|| async { chain.check().await.is_ok() }).await;
    node.stop().await;
    until(|| async { chain.check().await.is_err() }).await;
    assert_eq!(chain.device(&device.id).await, Err(DirectoryError::Unreachable));
    assert_eq!(chain.genesis().await, Ok(GENESIS));
    let node = Node::start(address, GENESIS).await;
    node.set(&device, DeviceStatus::Connected);
    until(|| async { chain.check().await.is_ok() }).await;
    assert!(chain.device(&device.id).await.unwrap().is_some());
}

#[tokio::test]
async fn a_node_of_another_chain_is_not_believed() {
    let node = Node::start(([127, 0, 0, 1], 0).into(), GENESIS).await;
    let address = node.address;
    let chain = ChainDirectory::connect(node.url());
    until(|| async { chain.check().await.is_ok() }).await;
    node.stop().await;
    let _other = Node::start(address, [1; 32]).await;
    until(|| async { chain.check().await == Err(DirectoryError::OtherChain) }).await;
    assert_eq!(chain.genesis().await, Err(DirectoryError::OtherChain));
    assert_eq!(chain.device(&DeviceId([1; 32])).await, Err(DirectoryError::OtherChain));
}
