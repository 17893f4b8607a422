// SPDX-License-Identifier: Apache-2.0
//! The verbs, one file each.

mod account;
mod aggregate;
mod audit;
mod completions;
mod council;
mod credit;
mod device;
mod keys;
mod member;
mod notices;
mod record;
mod request;

use crate::{context::Context, error::Error, output::Verdict};
use clap::Subcommand;
use std::io::Write;

/// What to do.
#[derive(Subcommand)]
pub enum Command {
    /// Make and show a member's keys.
    #[command(subcommand)]
    Keys(keys::Command),
    /// Invite, apply, approve; look at members.
    #[command(subcommand)]
    Member(member::Command),
    /// Look at the council's motions, vote on them.
    #[command(subcommand)]
    Council(council::Command),
    /// Register and connect devices, set their rules, replay measurements as one.
    #[command(subcommand)]
    Device(device::Command),
    /// Decrypt and verify the notices of the vault's member.
    Notices(notices::Opts),
    /// Ask for bills, usage and advice, and pay for them.
    #[command(subcommand)]
    Request(request::Command),
    /// Check a bill against the chain's anchors, half-hour by half-hour, and compute it again.
    Audit(audit::Opts),
    /// Look at stored meter-days, check them against their anchors.
    #[command(subcommand)]
    Record(record::Command),
    /// Decrypt the total of all meters of a day, without opening any household. By the processor.
    Aggregate(aggregate::Opts),
    /// Look at the credit of processors.
    #[command(subcommand)]
    Credit(credit::Command),
    /// Look at money, pay.
    #[command(subcommand)]
    Account(account::Command),
    /// Print a completion script for a shell.
    Completions(completions::Opts),
}

/// Does it.
pub async fn run(command: Command, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    match command {
        Command::Keys(command) => keys::run(command, context, out).await,
        Command::Member(command) => member::run(command, context, out).await,
        Command::Council(command) => council::run(command, context, out).await,
        Command::Device(command) => device::run(command, context, out).await,
        Command::Notices(opts) => notices::run(opts, context, out).await,
        Command::Request(command) => request::run(command, context, out).await,
        Command::Audit(opts) => audit::run(opts, context, out).await,
        Command::Record(command) => record::run(command, context, out).await,
        Command::Aggregate(opts) => aggregate::run(opts, context, out).await,
        Command::Credit(command) => credit::run(command, context, out).await,
        Command::Account(command) => account::run(command, context, out).await,
        Command::Completions(opts) => completions::run(opts, context, out).await,
    }
}

/// Calls the verb of a group. Each verb is a module with `Opts` and `run`.
macro_rules! group {
    ($($(#[$doc:meta])* $variant:ident => $module:ident),* $(,)?) => {
        /// The verbs of this group.
        #[derive(clap::Subcommand)]
        pub enum Command {
            $($(#[$doc])* $variant($module::Opts),)*
        }

        /// Does it.
        pub async fn run(
            command: Command,
            context: &crate::context::Context,
            out: &mut dyn std::io::Write,
        ) -> Result<crate::output::Verdict, crate::error::Error> {
            match command {
                $(Command::$variant(opts) => $module::run(opts, context, out).await,)*
            }
        }
    };
}
use group;
