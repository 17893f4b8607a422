// SPDX-License-Identifier: Apache-2.0
//! The node: [`dmsm_node_service`] with the runtime of this build.

use std::process::ExitCode;

fn main() -> ExitCode {
    match dmsm_node_service::run(dmsm_node_service::Runtime { wasm: dmsm_runtime::WASM_BINARY }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Error: {error}");
            ExitCode::FAILURE
        }
    }
}
