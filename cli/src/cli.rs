// SPDX-License-Identifier: Apache-2.0
//! Flags and verbs.

use crate::{commands::Command, context::Common};
use clap::Parser;

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  it failed; standard error says why and what to do
  2  the command line is wrong
  3  a notice, an answer, a bill or a record is false, or a score does not follow from its history";

/// Keys, membership, devices, notices, paid requests and stored records on a DMSM chain.
#[derive(Parser)]
#[command(name = "dmsm", version, about = "Keys, membership, devices, notices, paid requests and stored records on a DMSM chain", long_about = None, after_help = EXIT_CODES, arg_required_else_help = true)]
pub struct Cli {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn flags_have_no_contradictions() {
        Cli::command().debug_assert();
    }

    #[test]
    fn help_names_the_exit_codes() {
        let help = Cli::command().render_long_help().to_string();
        assert!(help.ends_with(&format!("{EXIT_CODES}\n")), "{help}");
    }

    #[test]
    fn secrets_are_no_flags() {
        fn check(command: &clap::Command) {
            for flag in command.get_arguments().filter_map(clap::Arg::get_long) {
                assert!(!["passphrase", "seed", "secret", "token"].contains(&flag), "--{flag}");
            }
            command.get_subcommands().for_each(check);
        }
        check(&Cli::command());
    }
}
