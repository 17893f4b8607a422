// SPDX-License-Identifier: Apache-2.0
//! Measures the weights of a runtime: `frame_benchmarking_cli`'s command for pallets, with the host
//! functions of this chain. Called by `scripts/weights`.

use clap::Parser;
use frame_benchmarking_cli::PalletCmd;
use sp_runtime::traits::BlakeTwo256;

#[derive(Parser)]
#[command(about = "Measures the weights of a runtime's calls")]
struct Cli {
    #[command(flatten)]
    pallet: PalletCmd,
}

fn main() -> sc_cli::Result<()> {
    Cli::parse().pallet.run_with_spec::<BlakeTwo256, dmsm_host::BenchmarkHostFunctions>(None)
}
