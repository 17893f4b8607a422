// SPDX-License-Identifier: Apache-2.0
//! RPC methods besides those of every Substrate node (`author`, `chain`, `state`, `chainHead`, …).

use crate::service::{FullClient, TransactionPool};
use jsonrpsee::RpcModule;
use std::sync::Arc;
use substrate_frame_rpc_system::{System, SystemApiServer};

/// `system_accountNextIndex` and `system_dryRun`: the first counts transactions that wait in the
/// pool, so clients may send several in a row.
pub fn extensions(
    client: Arc<FullClient>,
    pool: Arc<TransactionPool>,
) -> Result<RpcModule<()>, jsonrpsee::core::RegisterMethodError> {
    let mut module = RpcModule::new(());
    module.merge(System::new(client, pool).into_rpc())?;
    Ok(module)
}
