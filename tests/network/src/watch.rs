// SPDX-License-Identifier: Apache-2.0
//! Following the chain closely: each best block and the pool beside it.

use crate::wait::PATIENCE;
use std::time::{Duration, Instant};
use subxt::{
    backend::LegacyBackend,
    client::OnlineClientAtBlock,
    config::{RpcConfigFor, SubstrateConfig},
    ext::scale_value::Value,
    rpcs::{methods::legacy::Bytes, rpc_params, LegacyRpcMethods, RpcClient},
    utils::H256,
    OnlineClient,
};
use tokio::time::sleep;

type Chain = SubstrateConfig;

/// How often it is looked: many times a slot.
const PAUSE: Duration = Duration::from_millis(10);

/// An event of a block, or a call in the pool.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Action {
    /// Whose it is.
    pub pallet: String,
    /// What it is called.
    pub name: String,
    /// Its fields, SCALE.
    pub fields: Vec<u8>,
}

/// One look at a chain.
pub struct Point {
    /// Number of a block on the best chain.
    pub number: u32,
    /// Number of the last finalized block.
    pub finalized: u32,
    /// Events of the block.
    pub events: Vec<Action>,
    /// Calls in the pool that are ready for the next block.
    pub pool: Vec<Action>,
    at: OnlineClientAtBlock<Chain>,
}

impl Point {
    /// Whether the block raised an event.
    pub fn raised(&self, pallet: &str, event: &str) -> bool {
        named(&self.events, pallet, event)
    }

    /// Whether a call waits in the pool.
    pub fn pooled(&self, pallet: &str, call: &str) -> bool {
        named(&self.pool, pallet, call)
    }

    /// A value of the block's state, SCALE.
    pub async fn storage(&self, pallet: &str, item: &str, keys: Vec<Value>) -> Option<Vec<u8>> {
        let entry = self.at.storage().entry((pallet, item)).expect("the chain has this item");
        let value = entry.try_fetch(keys).await.expect("the node answers");
        value.map(|value| value.into_bytes())
    }
}

fn named(actions: &[Action], pallet: &str, name: &str) -> bool {
    actions.iter().any(|action| action.pallet == pallet && action.name == name)
}

/// Looks at a chain from a block on, and leaves no block out.
pub struct Watch {
    rpc: RpcClient,
    methods: LegacyRpcMethods<RpcConfigFor<Chain>>,
    online: OnlineClient<Chain>,
    /// The last block that was looked at.
    last: u32,
}

impl Watch {
    /// Begins with the node's best block of now.
    pub(crate) async fn begin(url: &str) -> Result<Self, String> {
        let rpc = RpcClient::from_insecure_url(url).await.map_err(|error| error.to_string())?;
        let backend = std::sync::Arc::new(LegacyBackend::builder().build(rpc.clone()));
        let online = OnlineClient::from_backend(backend).await.map_err(|error| error.to_string())?;
        let methods = LegacyRpcMethods::new(rpc.clone());
        let mut watch = Self { rpc, methods, online, last: 0 };
        watch.last = watch.best().await?.saturating_sub(1);
        Ok(watch)
    }

    /// Looks until a condition holds. It is asked of every block and, many times a slot, of the pool.
    pub async fn until(&mut self, what: &str, condition: impl AsyncFn(&Point) -> bool) -> Point {
        let begin = Instant::now();
        loop {
            let points = self.look().await.unwrap_or_else(|error| panic!("waiting until {what}: {error}"));
            for point in points {
                if condition(&point).await {
                    return point;
                }
            }
            assert!(begin.elapsed() < PATIENCE, "waited {} s until {what}", PATIENCE.as_secs());
            sleep(PAUSE).await;
        }
    }

    /// The blocks that are new, else the best block again, with the pool of now.
    async fn look(&mut self) -> Result<Vec<Point>, String> {
        let best = self.best().await?;
        let first = if best > self.last { self.last + 1 } else { best };
        let finalized = self.methods.chain_get_finalized_head().await.map_err(|error| error.to_string())?;
        let finalized = self.number(finalized).await?;
        let mut points = Vec::new();
        for number in first..=best {
            let hash = self.methods.chain_get_block_hash(Some(number.into())).await;
            // A fork has replaced it: look again.
            let Some(hash) = hash.map_err(|error| error.to_string())? else { break };
            let at = self.online.at_block_hash_and_number(hash, number.into()).await;
            let at = at.map_err(|error| error.to_string())?;
            let (events, pool) = (events(&at).await?, self.pool(&at).await?);
            points.push(Point { number, finalized, events, pool, at });
            self.last = number;
        }
        Ok(points)
    }

    async fn best(&self) -> Result<u32, String> {
        let hash = self.methods.chain_get_block_hash(None).await.map_err(|error| error.to_string())?;
        self.number(hash.ok_or("there is no best block")?).await
    }

    async fn number(&self, hash: H256) -> Result<u32, String> {
        let header = self.methods.chain_get_header(Some(hash)).await.map_err(|error| error.to_string())?;
        header.map(|header| header.number as u32).ok_or_else(|| "a block is gone".to_owned())
    }

    async fn pool(&self, at: &OnlineClientAtBlock<Chain>) -> Result<Vec<Action>, String> {
        let pending: Result<Vec<Bytes>, _> =
            self.rpc.request("author_pendingExtrinsics", rpc_params![]).await;
        let pending = pending.map_err(|error| error.to_string())?.into_iter().map(|bytes| bytes.0).collect();
        let mut pool = Vec::new();
        for extrinsic in at.extrinsics().from_bytes(pending).await.iter() {
            let extrinsic = extrinsic.map_err(|error| error.to_string())?;
            pool.push(Action {
                pallet: extrinsic.pallet_name().to_owned(),
                name: extrinsic.call_name().to_owned(),
                fields: extrinsic.call_data_field_bytes().to_vec(),
            });
        }
        Ok(pool)
    }
}

async fn events(at: &OnlineClientAtBlock<Chain>) -> Result<Vec<Action>, String> {
    let mut events = Vec::new();
    for event in at.events().fetch().await.map_err(|error| error.to_string())?.iter() {
        let event = event.map_err(|error| error.to_string())?;
        events.push(Action {
            pallet: event.pallet_name().to_owned(),
            name: event.event_name().to_owned(),
            fields: event.field_bytes().to_vec(),
        });
    }
    Ok(events)
}
