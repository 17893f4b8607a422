// SPDX-License-Identifier: Apache-2.0
//! A node as far as the service sees one: genesis hash and storage.

use super::{Device, REGION};
use codec::Encode;
use dmsm_grid::directory::{device_key, DeviceStatus, OnChainDevice};
use dmsm_primitives::DeviceId;
use jsonrpsee::{
    server::{Server, ServerHandle},
    RpcModule,
};
use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

type Storage = Arc<Mutex<HashMap<String, String>>>;

pub struct Node {
    pub address: SocketAddr,
    storage: Storage,
    handle: ServerHandle,
}

impl Node {
    /// Serves on `address`; a port of the system's choice where it is 0.
    pub async fn start(address: SocketAddr, genesis: [u8; 32]) -> Self {
        let storage = Storage::default();
        let mut module = RpcModule::new(storage.clone());
        module
            .register_method("chain_getBlockHash", move |params, _, _| {
                let number: u32 = params.one().unwrap();
                (number == 0).then(|| format!("0x{}", hex::encode(genesis)))
            })
            .unwrap();
        module
            .register_method("state_getStorage", |params, storage, _| {
                let key: String = params.one().unwrap();
                storage.lock().unwrap().get(&key).cloned()
            })
            .unwrap();
        let server = Server::builder().build(address).await.unwrap();
        let address = server.local_addr().unwrap();
        Self { address, storage, handle: server.start(module) }
    }

    pub fn url(&self) -> String {
        format!("ws://{}", self.address)
    }

    pub fn set(&self, device: &Device, status: DeviceStatus) {
        let record = OnChainDevice { owner: Device::owner(), key: device.public(), region: REGION, status };
        // Fields that the service does not know stand behind.
        self.set_raw(&device.id, &[record.encode(), vec![1, 2, 3]].concat());
    }

    pub fn set_raw(&self, id: &DeviceId, value: &[u8]) {
        let hex = |bytes: &[u8]| format!("0x{}", hex::encode(bytes));
        self.storage.lock().unwrap().insert(hex(&device_key(id)), hex(value));
    }

    pub async fn stop(self) {
        self.handle.stop().unwrap();
        self.handle.stopped().await;
    }
}
