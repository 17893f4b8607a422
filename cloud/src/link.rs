// SPDX-License-Identifier: Apache-2.0
//! A connection to a node that is found again when it breaks.

use crate::database::redacted;
use dmsm_client::Client;
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{sleep, timeout},
};

const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// How often a node is asked whether it is there, and how long it may take to answer.
const HEARTBEAT: Duration = Duration::from_secs(1);
const SILENCE: Duration = Duration::from_secs(5);

/// A connection. Clones share it.
#[derive(Clone)]
pub struct NodeLink {
    state: watch::Receiver<State>,
    _keeper: Arc<Keeper>,
}

#[derive(Clone, Default)]
struct State {
    /// Of the first node that answered on; every later one is of the same chain.
    client: Option<Client>,
    up: bool,
}

/// Ends with the last clone of the link.
struct Keeper(JoinHandle<()>);

impl Drop for Keeper {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl NodeLink {
    /// Starts connecting to the node at `url` and keeps at it.
    pub fn connect(url: String) -> Self {
        let (publish, state) = watch::channel(State::default());
        Self { state, _keeper: Arc::new(Keeper(tokio::spawn(keep(url, publish)))) }
    }

    /// The client, while the node answers.
    pub fn client(&self) -> Option<Client> {
        let state = self.state.borrow();
        state.client.clone().filter(|_| state.up)
    }

    /// Hash of the chain's first block, once a node has answered.
    pub fn genesis(&self) -> Option<[u8; 32]> {
        self.state.borrow().client.as_ref().map(|client| *client.genesis())
    }

    /// The client, as soon as a node has answered for the first time.
    pub async fn first(&self) -> Client {
        let mut state = self.state.clone();
        loop {
            if let Some(client) = &state.borrow_and_update().client {
                return client.clone();
            }
            if state.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

/// Connects, publishes the connection, looks after it, and mends it.
async fn keep(url: String, publish: watch::Sender<State>) {
    let shown = redacted(&url);
    let mut mending = Mending { shown: &shown, pause: FIRST_PAUSE, reported: false };
    let client = loop {
        match Client::connect(&url).await {
            Ok(client) => break client,
            Err(error) => mending.failed(&error).await,
        }
    };
    mending.done();
    publish.send_replace(State { client: Some(client.clone()), up: true });
    loop {
        sleep(HEARTBEAT).await;
        let alive = timeout(SILENCE, client.finalized_number()).await;
        if alive.is_ok_and(|answer| !answer.is_err_and(|error| error.is_connection())) {
            continue;
        }
        tracing::warn!(url = %shown, "node lost, trying again");
        publish.send_modify(|state| state.up = false);
        while let Err(error) = client.reconnect().await {
            mending.failed(&error).await;
        }
        mending.done();
        publish.send_modify(|state| state.up = true);
    }
}

struct Mending<'a> {
    shown: &'a str,
    pause: Duration,
    /// Once for each time the node goes away, not once an attempt.
    reported: bool,
}

impl Mending<'_> {
    async fn failed(&mut self, error: &dmsm_client::Error) {
        if !std::mem::replace(&mut self.reported, true) {
            tracing::warn!(url = %self.shown, %error, "no node; calls wait. Is dmsm-node running, is --node right?");
        }
        sleep(self.pause).await;
        self.pause = (2 * self.pause).min(LONGEST_PAUSE);
    }

    fn done(&mut self) {
        tracing::info!(url = %self.shown, "node connected");
        (self.pause, self.reported) = (FIRST_PAUSE, false);
    }
}
