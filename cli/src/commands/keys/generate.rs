// SPDX-License-Identifier: Apache-2.0
//! `dmsm keys generate`

use super::Public;
use crate::{context::Context, error::Error, output::Verdict};
use dmsm_crypto::{bls, paillier};
use dmsm_vault::{Contents, Identity, Vault, WorkFactor};
use indicatif::ProgressBar;
use std::{
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};
use zeroize::Zeroizing;

#[derive(clap::Args)]
pub struct Opts {
    /// The new vault; nothing is overwritten.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    /// Bits of the Paillier modulus. A user's may have 3072 at most.
    #[arg(long, default_value = "3072", value_parser = ["2048", "3072", "4096"])]
    bits: String,

    /// Real-world identifier, as the region's processor knows the member. It stays in the vault;
    /// the application shows it to the processor alone, encrypted.
    #[arg(long, default_value = "", hide_default_value = true)]
    name: String,

    /// Take the data keys of this vault over, so that a processor whose keys rotate still reads its
    /// stored records. Without it the new vault opens none of them.
    #[arg(long, value_name = "OLD_VAULT")]
    data_keys_of: Option<PathBuf>,

    /// Lock the vault so that it opens fast, and a guessed passphrase with it: for tests and
    /// demonstrations.
    #[arg(long)]
    fast_vault: bool,
}

pub async fn run(opts: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let data_seed = data_seed(opts.data_keys_of.as_deref(), context)?;
    let passphrase = context.new_passphrase(&opts.out)?;
    let bits = opts.bits.parse().unwrap_or_default();
    let spinner = ProgressBar::new_spinner().with_message(format!("two primes of {} bits each", bits / 2));
    spinner.enable_steady_tick(Duration::from_millis(100));
    let work = if opts.fast_vault { WorkFactor::FAST } else { WorkFactor::REAL };
    let create = move || {
        let contents = contents(bits, opts.name.into_bytes(), data_seed)?;
        Ok::<_, Error>(Vault::create_with(&opts.out, &passphrase, contents, work)?)
    };
    let vault = tokio::task::spawn_blocking(create).await.map_err(|_| Error::Stopping)?;
    spinner.finish_and_clear();
    let public = Public::of(&vault?)?;
    context.answer(out, &public, &public)
}

/// The data seed of another vault, or a new one.
fn data_seed(old: Option<&Path>, context: &Context) -> Result<Zeroizing<[u8; 32]>, Error> {
    match old {
        Some(path) => Ok(Zeroizing::new(*context.open(path)?.data_seed())),
        None => random_seed(),
    }
}

fn random_seed() -> Result<Zeroizing<[u8; 32]>, Error> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(seed.as_mut()).map_err(|_| Error::Randomness)?;
    Ok(seed)
}

fn contents(bits: u32, real_world: Vec<u8>, data_seed: Zeroizing<[u8; 32]>) -> Result<Contents, Error> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|_| Error::Randomness)?;
    Ok(Contents {
        seed: Some(random_seed()?),
        paillier: paillier::SecretKey::generate(bits)?,
        bls: bls::SecretKey::generate()?,
        identity: Some(Identity { real_world, salt }),
        data_seed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Common;

    fn opts_for(vault: &Path) -> Opts {
        let (out, bits, name) = (vault.to_owned(), "2048".into(), String::new());
        Opts { out, bits, name, data_keys_of: None, fast_vault: true }
    }

    #[tokio::test]
    async fn data_keys_are_taken_over_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let passphrase = folder.path().join("passphrase");
        std::fs::write(&passphrase, "horse").unwrap();
        let context = Context::new(Common { passphrase_file: Some(passphrase), ..Common::default() });
        let [old, new, other] = ["old", "new", "other"].map(|name| folder.path().join(name));
        let data_keys_of = Some(old.clone());
        let opts = Opts { data_keys_of: data_keys_of.clone(), ..opts_for(&new) };
        let missing = run(opts, &context, &mut Vec::new()).await;
        assert!(missing.err().unwrap().to_string().contains("no vault at"));
        assert!(!new.exists());
        run(opts_for(&old), &context, &mut Vec::new()).await.unwrap();
        run(Opts { data_keys_of, ..opts_for(&new) }, &context, &mut Vec::new()).await.unwrap();
        run(opts_for(&other), &context, &mut Vec::new()).await.unwrap();
        let [old, new, other] = [old, new, other].map(|path| context.open(&path).unwrap());
        assert_eq!(new.data_seed(), old.data_seed());
        assert_ne!(other.data_seed(), old.data_seed());
        assert_ne!(new.seed(), old.seed());
        assert_ne!(new.bls().public(), old.bls().public());
        assert_ne!(new.paillier().public(), old.paillier().public());
    }

    #[tokio::test]
    async fn makes_a_vault_that_shows_its_public_half_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let passphrase = folder.path().join("passphrase");
        std::fs::write(&passphrase, "horse").unwrap();
        let vault = folder.path().join("vault");
        let context = Context::new(Common {
            passphrase_file: Some(passphrase),
            vault: Some(vault.clone()),
            json: true,
            ..Common::default()
        });
        let opts = || Opts { name: "A".into(), ..opts_for(&vault) };
        let mut made = Vec::new();
        run(opts(), &context, &mut made).await.unwrap();
        let made: serde_json::Value = serde_json::from_slice(&made).unwrap();
        assert_eq!(made["paillier_bits"], 2048);

        let mut shown = Vec::new();
        let show = crate::commands::keys::show::Opts {};
        crate::commands::keys::show::run(show, &context, &mut shown).await.unwrap();
        assert_eq!(serde_json::from_slice::<serde_json::Value>(&shown).unwrap(), made);

        let opened = context.vault().unwrap();
        let shown = String::from_utf8(shown).unwrap();
        assert!(!shown.contains(&hex::encode(opened.seed().unwrap())));
        assert_eq!(made["member"], opened.identity().unwrap().member_id().to_string());
        assert!(run(opts(), &context, &mut Vec::new()).await.is_err(), "nothing is overwritten");

        // The node's keystore, in Substrate's format.
        let keys = folder.path().join("keystore");
        let opts = || crate::commands::keys::keystore::Opts { dir: keys.clone() };
        crate::commands::keys::keystore::run(opts(), &context, &mut Vec::new()).await.unwrap();
        crate::commands::keys::keystore::run(opts(), &context, &mut Vec::new()).await.unwrap();
        let account = made["account_key"].as_str().unwrap().trim_start_matches("0x");
        let file = keys.join(format!("646d7377{account}"));
        let content = std::fs::read_to_string(&file).unwrap();
        assert_eq!(content, format!("\"0x{}\"", hex::encode(opened.seed().unwrap())));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }

        let opts = crate::commands::keys::account_seed::Opts { show_secret: false };
        let refused = crate::commands::keys::account_seed::run(opts, &context, &mut Vec::new()).await;
        assert!(matches!(refused, Err(Error::SecretNotAskedFor)));
    }
}
