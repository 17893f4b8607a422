// SPDX-License-Identifier: Apache-2.0
//! A worker that seals with hashes in place of a vault: like one, it gives the same for the same row.

use codec::{Compact, Encode};
use dmsm_grid::store::{BatchId, MeterDayStore};
use dmsm_primitives::{
    records,
    storage::{SealedRow, ToSealRow},
};
use sp_crypto_hashing::sha2_256;

/// Stands for M*: it commits to energies and nonce.
pub fn digest(energy: &[Compact<u32>], nonce: &[u8; 16]) -> [u8; 32] {
    sha2_256(&(energy, nonce).encode())
}

pub fn sealed(batch: BatchId, row: &ToSealRow) -> SealedRow {
    let nonce = sha2_256(&(batch.day, batch.version, row).encode())[..16].try_into().unwrap();
    let digest = digest(&row.energy, &nonce);
    SealedRow { meter: row.meter, nonce, digest, ciphertext: sha2_256(&digest) }
}

/// Seals and anchors a batch, whatever of that was done before, and returns its root and its count.
pub async fn anchor(store: &dyn MeterDayStore, batch: BatchId) -> ([u8; 32], u32) {
    loop {
        let rows = store.unsealed(batch, 256).await.unwrap();
        if rows.is_empty() {
            break;
        }
        let rows: Vec<_> = rows.iter().map(|row| sealed(batch, row)).collect();
        store.seal(batch, &rows).await.unwrap();
    }
    let records = store.manifest(batch).await.unwrap().unwrap();
    let root = records::root(&records);
    store.anchor(batch, &root).await.unwrap();
    (root, records.len() as u32)
}
