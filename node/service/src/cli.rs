// SPDX-License-Identifier: Apache-2.0
//! Flags and subcommands.

use crate::worker::WorkerArgs;

/// The command line of the node.
#[derive(Debug, clap::Parser)]
pub struct Cli {
    /// What to do; without a subcommand the node runs.
    #[command(subcommand)]
    pub subcommand: Option<Subcommand>,

    /// Flags of any Substrate node.
    #[command(flatten)]
    pub run: sc_cli::RunCmd,

    /// Flags of a processing node.
    #[command(flatten)]
    pub worker: WorkerArgs,

    /// The runtime of the presets, set by the binary.
    #[arg(skip)]
    pub runtime: crate::Runtime,
}

/// What the node does besides running.
#[derive(Debug, clap::Subcommand)]
#[allow(clippy::large_enum_variant)]
pub enum Subcommand {
    /// Key management: generate, inspect, insert into the keystore.
    #[command(subcommand)]
    Key(sc_cli::KeySubcommand),

    /// Build a chain specification, with this node as a boot node.
    BuildSpec(sc_cli::BuildSpecCmd),

    /// Export a chain specification.
    ExportChainSpec(sc_cli::ExportChainSpecCmd),

    /// Validate blocks again.
    CheckBlock(sc_cli::CheckBlockCmd),

    /// Export blocks to a file.
    ExportBlocks(sc_cli::ExportBlocksCmd),

    /// Import blocks from a file.
    ImportBlocks(sc_cli::ImportBlocksCmd),

    /// Remove the chain's database.
    PurgeChain(sc_cli::PurgeChainCmd),

    /// Set the chain back by a number of blocks.
    Revert(sc_cli::RevertCmd),

    /// Show the database's best, finalized and genesis block.
    ChainInfo(sc_cli::ChainInfoCmd),
}

#[cfg(test)]
mod tests {
    use super::*;
    use sc_cli::SubstrateCli;

    fn parse(arguments: &[&str]) -> Result<Cli, clap::Error> {
        Cli::try_from_iter([&["dmsm-node"], arguments].concat())
    }

    #[test]
    fn flags_are_consistent() {
        <Cli as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn a_processing_node_gives_vault_and_grid() {
        let cli = parse(&[
            "--validator",
            "--vault",
            "v.age",
            "--vault-passphrase-file",
            "p",
            "--grid-url",
            "http://127.0.0.1:9640/",
            "--grid-token-file",
            "t",
        ])
        .unwrap();
        assert!(cli.run.validator);
        assert_eq!(cli.worker.vault.unwrap().to_str(), Some("v.age"));
        assert_eq!(cli.worker.grid_url.unwrap().as_str(), "http://127.0.0.1:9640");
    }

    #[test]
    fn a_grid_url_needs_its_token() {
        assert!(parse(&["--grid-url", "http://127.0.0.1:9640"]).is_err());
        assert!(parse(&["--grid-token-file", "t"]).is_err());
    }

    #[test]
    fn a_passphrase_file_needs_a_vault() {
        assert!(parse(&["--vault-passphrase-file", "p"]).is_err());
    }

    #[test]
    fn a_grid_url_has_a_scheme_and_a_host() {
        for url in ["127.0.0.1:9640", "ftp://host", "http://", "http:///path", "http://a b"] {
            assert!(parse(&["--grid-url", url, "--grid-token-file", "t"]).is_err(), "{url}");
        }
    }

    #[test]
    fn every_subcommand_parses() {
        for arguments in [
            &["key", "generate"][..],
            &["build-spec", "--chain", "dev"],
            &["export-chain-spec", "--chain", "dev"],
            &["check-block", "1"],
            &["export-blocks"],
            &["import-blocks"],
            &["purge-chain", "-y"],
            &["revert", "2"],
            &["chain-info"],
        ] {
            assert!(parse(arguments).unwrap().subcommand.is_some(), "{arguments:?}");
        }
    }
}
