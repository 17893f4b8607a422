// SPDX-License-Identifier: Apache-2.0
//! The harness itself: killed at a point that was asked for, a node goes on with its chain.

use dmsm_client::{Signer, Wait};
use dmsm_network_tests::{Network, Point, Value};

#[tokio::test(flavor = "multi_thread")]
async fn a_node_killed_at_a_chosen_point_goes_on_with_its_chain() {
    let mut network = Network::start().await;
    let alice = Signer::development("alice").expect("everybody has this key");
    let bob = Signer::development("bob").expect("everybody has this key").account();
    let mut watch = network.watch().await;

    // Another one asks, and is left alone with its question if the node dies in time.
    let client = network.client().await;
    let asked = tokio::spawn(async move { client.invite(&bob, &alice, true, Wait::Finalization).await });
    let invited = async |point: &Point| {
        let entry = point.storage("Members", "Invitations", vec![Value::from_bytes(bob.0)]).await;
        assert!(entry.is_some() || !point.raised("Members", "Invited"));
        entry.is_some()
    };
    let point = network.kill_node_when(&mut watch, "bob is invited", invited).await;
    let _ = asked.await.expect("it ends");

    network.restart_node().await;
    let client = network.client().await;
    network.blocks_pass(1).await;
    assert!(client.finalized_number().await.expect("the node answers") >= point.finalized);
    // Whether the block came to disk is not known; if it did not, the call can be made again.
    if !client.is_invited(&bob).await.expect("the node answers") {
        let alice = Signer::development("alice").expect("everybody has this key");
        client.invite(&bob, &alice, true, Wait::Finalization).await.expect("the invitation is taken");
    }
    assert!(network.metric("dmsm_worker_notices_included_total").await.is_some());
}
