// SPDX-License-Identifier: Apache-2.0
//! As much of a node as the client asks for.

use codec::{Compact, Encode};
use jsonrpsee::{
    server::{ServerBuilder, ServerHandle},
    types::ErrorObjectOwned,
    RpcModule,
};
use serde_json::{json, Value};
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

pub type Hash = [u8; 32];

/// A block and what it did.
#[derive(Clone)]
pub struct Block {
    pub hash: Hash,
    pub parent: Hash,
    pub extrinsics: Vec<Vec<u8>>,
    pub events: Vec<u8>,
}

/// The chain that the node serves.
#[derive(Default)]
pub struct Chain {
    /// By number; the first is genesis.
    pub blocks: Vec<Block>,
    /// Blocks that forks replaced.
    pub replaced: Vec<(u32, Block)>,
    /// Number below which states are discarded.
    pub pruned: u32,
    /// The state, the same at every block but for its events.
    pub storage: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl Chain {
    /// Adds a block with these extrinsics, besides the inherent, and these events.
    pub fn push(&mut self, time: u64, signed: Vec<Vec<u8>>, events: Vec<Vec<u8>>) {
        let extrinsics = [vec![inherent(time)], signed].concat();
        let parent = self.blocks.last().unwrap().hash;
        // A branch has hashes of its own.
        let age = (self.blocks.len() as u32, self.replaced.len() as u32);
        let hash = sp_crypto_hashing::blake2_256(&(parent, &extrinsics, age).encode());
        let events = [Compact(events.len() as u32).encode(), events.concat()].concat();
        self.blocks.push(Block { hash, parent, extrinsics, events });
    }

    /// Begins another branch after a block.
    pub fn fork_after(&mut self, number: usize) {
        let replaced = self.blocks.split_off(number + 1);
        let numbered = replaced.into_iter().enumerate();
        self.replaced.extend(numbered.map(|(index, block)| ((number + 1 + index) as u32, block)));
    }

    fn find(&self, hash: &Hash) -> Option<(u32, &Block)> {
        let numbered = self.blocks.iter().enumerate().map(|(number, block)| (number as u32, block));
        let replaced = self.replaced.iter().map(|(number, block)| (*number, block));
        numbered.chain(replaced).find(|(_, block)| block.hash == *hash)
    }
}

pub struct Node {
    pub chain: Arc<Mutex<Chain>>,
    pub address: SocketAddr,
    running: tokio::sync::Mutex<Option<ServerHandle>>,
}

impl Node {
    pub async fn new() -> Self {
        let chain = Arc::new(Mutex::new(Chain::default()));
        let (handle, address) = serve(chain.clone(), "127.0.0.1:0".parse().unwrap()).await;
        Self { chain, address, running: Some(handle).into() }
    }

    pub async fn stop(&self) {
        let handle = self.running.lock().await.take().unwrap();
        handle.stop().unwrap();
        handle.stopped().await;
    }

    pub async fn start(&self) {
        *self.running.lock().await = Some(serve(self.chain.clone(), self.address).await.0);
    }
}

async fn serve(chain: Arc<Mutex<Chain>>, address: SocketAddr) -> (ServerHandle, SocketAddr) {
    let server = ServerBuilder::default().max_response_body_size(1 << 26).build(address).await.unwrap();
    let address = server.local_addr().unwrap();
    (server.start(methods(chain)), address)
}

fn methods(chain: Arc<Mutex<Chain>>) -> RpcModule<Arc<Mutex<Chain>>> {
    let mut module = RpcModule::new(chain);
    macro_rules! method {
        ($name:literal, |$chain:ident, $params:ident| $body:expr) => {
            module
                .register_method($name, |params, chain, _| {
                    let $chain = chain.lock().unwrap();
                    let $params: Vec<Value> = params.parse().unwrap_or_default();
                    let result: Result<Value, ErrorObjectOwned> = $body;
                    result
                })
                .unwrap();
        };
    }
    method!("chain_getBlockHash", |chain, params| {
        let number = match params.first() {
            Some(Value::Number(number)) => number.as_u64().unwrap() as usize,
            Some(Value::String(text)) => usize::from_str_radix(text.trim_start_matches("0x"), 16).unwrap(),
            _ => chain.blocks.len() - 1,
        };
        Ok(chain.blocks.get(number).map_or(Value::Null, |block| json!(hex(&block.hash))))
    });
    method!("chain_getFinalizedHead", |chain, _params| Ok(json!(hex(&chain.blocks.last().unwrap().hash))));
    method!("chain_getHeader", |chain, params| {
        Ok(chain.find(&hash(&params[0])).map_or(Value::Null, |(number, block)| header(number, block)))
    });
    method!("chain_getBlock", |chain, params| {
        Ok(chain.find(&hash(&params[0])).map_or(Value::Null, |(number, block)| {
            let extrinsics: Vec<String> = block.extrinsics.iter().map(|bytes| hex(bytes)).collect();
            json!({ "block": { "header": header(number, block), "extrinsics": extrinsics }, "justifications": null })
        }))
    });
    method!("state_getStorage", |chain, params| {
        let key = unhex(&params[0]);
        let (number, block) = chain.find(&hash(&params[1])).unwrap();
        if number < chain.pruned {
            let text = format!("Client error: UnknownBlock: State already discarded for {:?}", block.hash);
            return Err(ErrorObjectOwned::owned(4003, text, None::<()>));
        }
        if key == events_key() {
            return Ok(json!(hex(&block.events)));
        }
        Ok(chain.storage.get(&key).map_or(Value::Null, |value| json!(hex(value))))
    });
    method!("state_getKeysPaged", |chain, params| {
        let (prefix, start) = (unhex(&params[0]), params.get(2).filter(|start| start.is_string()));
        let start = start.map(unhex).unwrap_or_default();
        let keys = chain.storage.keys().filter(|key| key.starts_with(&prefix) && **key > start);
        Ok(json!(keys.map(|key| hex(key)).collect::<Vec<_>>()))
    });
    method!("state_queryStorageAt", |chain, params| {
        let keys: Vec<Vec<u8>> = params[0].as_array().unwrap().iter().map(unhex).collect();
        let changes: Vec<_> = keys
            .iter()
            .map(|key| json!([hex(key), chain.storage.get(key).map(|value| hex(value))]))
            .collect();
        Ok(json!([{ "block": params[1], "changes": changes }]))
    });
    method!("state_call", |_chain, params| {
        let metadata = include_bytes!("../../metadata.scale").to_vec();
        let version = u32::from(metadata[4]);
        Ok(json!(hex(&match params[0].as_str().unwrap() {
            "Core_version" => {
                let apis: Vec<([u8; 8], u32)> = Vec::new();
                ("dmsm", "dmsm", 1u32, 1u32, 1u32, apis, 1u32, 1u8).encode()
            }
            "Metadata_metadata_versions" => vec![version].encode(),
            "Metadata_metadata_at_version" => Some(metadata).encode(),
            other => panic!("{other}"),
        })))
    });
    module
}

fn header(number: u32, block: &Block) -> Value {
    json!({
        "parentHash": hex(&block.parent),
        "number": format!("0x{number:x}"),
        "stateRoot": hex(&[0; 32]),
        "extrinsicsRoot": hex(&[0; 32]),
        "digest": { "logs": [] },
    })
}

/// A signed extrinsic with a call.
pub fn extrinsic(signer: &[u8; 32], call: &[u8]) -> Vec<u8> {
    let mut body = vec![0x84, 0];
    body.extend_from_slice(signer);
    body.push(1);
    body.extend_from_slice(&[0; 64]);
    // Immortal, nonce 0, no metadata hash.
    body.extend_from_slice(&[0, 0, 0]);
    body.extend_from_slice(call);
    [Compact(body.len() as u32).encode(), body].concat()
}

/// The extrinsic that the author puts in: `timestamp.set`.
pub fn inherent(time: u64) -> Vec<u8> {
    let body = [vec![4, 2, 0], Compact(time).encode()].concat();
    [Compact(body.len() as u32).encode(), body].concat()
}

pub fn events_key() -> Vec<u8> {
    [sp_crypto_hashing::twox_128(b"System"), sp_crypto_hashing::twox_128(b"Events")].concat()
}

/// The key of a map's value, hashed by `Blake2_128Concat`.
pub fn map_key(pallet: &str, entry: &str, key: &[u8; 32]) -> Vec<u8> {
    let [pallet, entry] = [pallet, entry].map(|name| sp_crypto_hashing::twox_128(name.as_bytes()));
    [&pallet[..], &entry, &sp_crypto_hashing::blake2_128(key), key].concat()
}

fn hex(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

fn unhex(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap().trim_start_matches("0x")).unwrap()
}

fn hash(value: &Value) -> Hash {
    unhex(value).try_into().unwrap()
}
