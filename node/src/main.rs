// SPDX-License-Identifier: Apache-2.0
//! The node: [`dmsm_node_service`] with the runtime of this build.

use dmsm_node_service::Runtime;
use dmsm_runtime::{token, WASM_BINARY};
use std::process::ExitCode;

fn main() -> ExitCode {
    let runtime = Runtime { wasm: WASM_BINARY, token_symbol: token::SYMBOL, token_decimals: token::DECIMALS };
    match dmsm_node_service::run(runtime) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Error: {error}");
            ExitCode::FAILURE
        }
    }
}
