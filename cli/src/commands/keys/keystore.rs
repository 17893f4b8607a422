// SPDX-License-Identifier: Apache-2.0
//! `dmsm keys keystore`

use crate::{context::Context, error::Error, output::Verdict};
use dmsm_client::Signer;
use std::{fs, io::Write, path::PathBuf};
use zeroize::Zeroizing;

/// Type of the key that the worker of a processing node signs with.
const KEY_TYPE: &[u8; 4] = b"dmsw";

#[derive(clap::Args)]
pub struct Opts {
    /// The node's keystore; made if it is not there.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
}

pub async fn run(opts: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let vault = context.vault()?;
    let account = Signer::from_vault(&vault)?.account();
    let failed = |source| Error::File { action: "write", path: opts.dir.clone(), source };

    // As Substrate's keystore: the name is key type and public key, the content a secret URI.
    let path = opts.dir.join(format!("{}{}", hex::encode(KEY_TYPE), hex::encode(account.0)));
    let seed = vault.seed().map(|seed| Zeroizing::new(hex::encode(seed))).unwrap_or_default();
    let content = Zeroizing::new(format!("\"0x{}\"", *seed));

    make_folder(&opts.dir).map_err(failed)?;
    let mut file = tempfile::Builder::new().prefix(".key-").tempfile_in(&opts.dir).map_err(failed)?;
    file.write_all(content.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    file.persist(&path).map_err(|error| failed(error.error))?;
    let json = serde_json::json!({ "file": path, "account": account });
    context.answer(out, &json, path.display())
}

/// A folder that only its owner enters.
fn make_folder(path: &std::path::Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
