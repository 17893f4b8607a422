// SPDX-License-Identifier: Apache-2.0
//! The node: [`dmsm_node_service`] with the runtime of this build.

fn main() -> sc_cli::Result<()> {
    dmsm_node_service::run(dmsm_node_service::Runtime { wasm: dmsm_runtime::WASM_BINARY })
}
