// SPDX-License-Identifier: Apache-2.0
//! `dmsm completions`

use crate::{cli::Cli, context::Context, error::Error, output::Verdict};
use clap::CommandFactory;
use clap_complete::Shell;
use std::io::Write;

#[derive(clap::Args)]
pub struct Opts {
    /// The shell.
    shell: Shell,
}

pub async fn run(opts: Opts, _: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let mut script = Vec::new();
    clap_complete::generate(opts.shell, &mut Cli::command(), "dmsm", &mut script);
    out.write_all(&script).map_err(Error::Output)?;
    Ok(Verdict::Done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Common;

    #[tokio::test]
    async fn a_script_names_the_verbs() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let mut out = Vec::new();
            run(Opts { shell }, &Context::new(Common::default()), &mut out).await.unwrap();
            assert!(String::from_utf8(out).unwrap().contains("notices"));
        }
    }
}
