// SPDX-License-Identifier: Apache-2.0
//! Parses the command line and runs what it says.

use crate::{
    chain_spec,
    cli::{Cli, Subcommand},
    service,
    worker::Worker,
    Block, Runtime,
};
use sc_cli::SubstrateCli;
use sc_network::config::NetworkBackendType;
use sc_service::PartialComponents;

impl SubstrateCli for Cli {
    fn impl_name() -> String {
        "DMSM Node".into()
    }

    fn impl_version() -> String {
        env!("CARGO_PKG_VERSION").into()
    }

    fn description() -> String {
        "A node of a DMSM consortium: monitors devices, answers requests, shares electrical data".into()
    }

    fn author() -> String {
        "the DMSM consortium".into()
    }

    fn support_url() -> String {
        "the repository's issues".into()
    }

    fn copyright_start_year() -> i32 {
        2026
    }

    fn load_spec(&self, id: &str) -> Result<Box<dyn sc_service::ChainSpec>, String> {
        Ok(Box::new(chain_spec::load(id, self.runtime)?))
    }
}

/// Log filter in place of an absent RUST_LOG. At five blocks a second the three lines an author
/// writes about each would hide everything else; `-l aura=info,sc_basic_authorship=info` shows them.
const LOG_FILTER: &str = "aura=warn,sc_basic_authorship=warn";

/// Parses the process's arguments and runs what they say.
pub fn run(runtime: Runtime) -> sc_cli::Result<()> {
    if std::env::var_os("RUST_LOG").is_none_or(|filter| filter.is_empty()) {
        // The process has one thread yet.
        std::env::set_var("RUST_LOG", LOG_FILTER);
    }
    let cli = Cli { runtime, ..Cli::from_args() };
    match &cli.subcommand {
        None => run_node(&cli),
        Some(subcommand) => run_subcommand(&cli, subcommand),
    }
}

fn run_node(cli: &Cli) -> sc_cli::Result<()> {
    // Before anything logs or spawns: this may ask for a passphrase.
    let worker = Worker::open(&cli.worker).map_err(|error| sc_cli::Error::Application(Box::new(error)))?;
    cli.create_runner(&cli.run)?.run_node_until_exit(|config| async move {
        match config.network.network_backend {
            NetworkBackendType::Libp2p => {
                service::new_full::<sc_network::NetworkWorker<Block, crate::Hash>>(config, worker)
            }
            NetworkBackendType::Litep2p => {
                service::new_full::<sc_network::Litep2pNetworkBackend>(config, worker)
            }
        }
        .map_err(sc_cli::Error::Service)
    })
}

fn run_subcommand(cli: &Cli, subcommand: &Subcommand) -> sc_cli::Result<()> {
    match subcommand {
        Subcommand::Key(command) => command.run(cli),
        Subcommand::BuildSpec(command) => {
            cli.create_runner(command)?.sync_run(|config| command.run(config.chain_spec, config.network))
        }
        Subcommand::ExportChainSpec(command) => command.run(cli.load_spec(&command.chain)?),
        Subcommand::CheckBlock(command) => cli.create_runner(command)?.async_run(|config| {
            let PartialComponents { client, task_manager, import_queue, .. } = service::new_partial(&config)?;
            Ok((command.run(client, import_queue), task_manager))
        }),
        Subcommand::ExportBlocks(command) => cli.create_runner(command)?.async_run(|config| {
            let PartialComponents { client, task_manager, .. } = service::new_partial(&config)?;
            Ok((command.run(client, config.database), task_manager))
        }),
        Subcommand::ImportBlocks(command) => cli.create_runner(command)?.async_run(|config| {
            let PartialComponents { client, task_manager, import_queue, .. } = service::new_partial(&config)?;
            Ok((command.run(client, import_queue), task_manager))
        }),
        Subcommand::PurgeChain(command) => {
            cli.create_runner(command)?.sync_run(|config| command.run(config.database))
        }
        Subcommand::Revert(command) => cli.create_runner(command)?.async_run(|config| {
            let PartialComponents { client, task_manager, backend, .. } = service::new_partial(&config)?;
            let revert_grandpa =
                Box::new(|client, _, blocks| Ok(sc_consensus_grandpa::revert(client, blocks)?));
            Ok((command.run(client, backend, Some(revert_grandpa)), task_manager))
        }),
        Subcommand::ChainInfo(command) => {
            cli.create_runner(command)?.sync_run(|config| command.run::<Block>(&config))
        }
    }
}
