// SPDX-License-Identifier: Apache-2.0
//! Where a chain's first state comes from: a preset of the runtime, or a file.

use crate::Runtime;
use sc_chain_spec::{ChainType, GenericChainSpec, NoExtension, Properties};
use sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use std::path::Path;

/// A chain specification whose genesis is built by the runtime, with our host functions.
pub type ChainSpec = GenericChainSpec<NoExtension, dmsm_host::HostFunctions>;

/// Addresses begin like those of any Substrate chain.
const SS58_FORMAT: u16 = 42;

/// Names the network protocols, so that nodes of other chains do not speak with ours.
const PROTOCOL_ID: &str = "dmsm";

/// The specification of `--chain ID`: `dev`, `local` (which is also the default), or a JSON file.
pub fn load(id: &str, runtime: Runtime) -> Result<ChainSpec, String> {
    match id {
        "dev" => development(runtime),
        "" | "local" => local(runtime),
        path => from_file(Path::new(path)),
    }
}

/// One authority, Alice.
fn development(runtime: Runtime) -> Result<ChainSpec, String> {
    Ok(preset(runtime, DEV_RUNTIME_PRESET)?
        .with_name("DMSM Development")
        .with_id("dmsm_dev")
        .with_chain_type(ChainType::Development)
        .build())
}

/// Four authorities, Alice to Dave.
fn local(runtime: Runtime) -> Result<ChainSpec, String> {
    Ok(preset(runtime, LOCAL_TESTNET_RUNTIME_PRESET)?
        .with_name("DMSM Local")
        .with_id("dmsm_local")
        .with_chain_type(ChainType::Local)
        .build())
}

fn from_file(path: &Path) -> Result<ChainSpec, String> {
    if !path.is_file() {
        return Err(format!(
            "no chain specification `{}`: give `--chain dev`, `--chain local` or a file made by `export-chain-spec`",
            path.display()
        ));
    }
    ChainSpec::from_json_file(path.to_owned())
}

fn preset(
    runtime: Runtime,
    name: &str,
) -> Result<sc_chain_spec::ChainSpecBuilder<NoExtension, dmsm_host::HostFunctions>, String> {
    let wasm = runtime.wasm.ok_or(
        "this binary was built without the Wasm runtime (SKIP_WASM_BUILD is set?): \
         build it again without that variable, or give a raw chain specification file",
    )?;
    Ok(ChainSpec::builder(wasm, NoExtension::None)
        .with_genesis_config_preset_name(name)
        .with_protocol_id(PROTOCOL_ID)
        .with_properties(properties(&runtime)))
}

fn properties(runtime: &Runtime) -> Properties {
    let mut properties = Properties::new();
    properties.insert("ss58Format".into(), SS58_FORMAT.into());
    properties.insert("tokenSymbol".into(), runtime.token_symbol.into());
    properties.insert("tokenDecimals".into(), runtime.token_decimals.into());
    properties
}

#[cfg(test)]
mod tests {
    use super::*;

    const NO_WASM: Runtime = Runtime { wasm: None, token_symbol: "TEST", token_decimals: 3 };
    // Presets are read when the genesis is built, not before.
    const SOME_WASM: Runtime = Runtime { wasm: Some(b"wasm"), ..NO_WASM };

    #[test]
    fn presets_have_their_names_and_properties() {
        for (id, name, spec_id) in
            [("dev", "DMSM Development", "dmsm_dev"), ("local", "DMSM Local", "dmsm_local")]
        {
            let spec = load(id, SOME_WASM).unwrap();
            assert_eq!((spec.name(), spec.id()), (name, spec_id));
            assert_eq!(spec.properties()["tokenSymbol"], "TEST");
            assert_eq!(spec.properties()["tokenDecimals"], 3);
            assert_eq!(spec.properties()["ss58Format"], 42);
        }
    }

    #[test]
    fn a_preset_without_a_runtime_says_what_to_do() {
        assert!(load("dev", NO_WASM).err().unwrap().contains("SKIP_WASM_BUILD"));
    }

    #[test]
    fn an_unknown_chain_says_what_to_do() {
        assert!(load("nowhere.json", SOME_WASM).err().unwrap().contains("--chain dev"));
    }
}
