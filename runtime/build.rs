// SPDX-License-Identifier: Apache-2.0
//! Builds the Wasm blob beside the native library.

#[cfg(all(feature = "std", feature = "metadata-hash"))]
#[path = "src/token.rs"]
mod token;

fn main() {
    #[cfg(all(feature = "std", feature = "metadata-hash"))]
    substrate_wasm_builder::WasmBuilder::init_with_defaults()
        .enable_metadata_hash(token::SYMBOL, token::DECIMALS)
        .build();
    #[cfg(all(feature = "std", not(feature = "metadata-hash")))]
    substrate_wasm_builder::WasmBuilder::build_using_defaults();
}
