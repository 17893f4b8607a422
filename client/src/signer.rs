// SPDX-License-Identifier: Apache-2.0
//! The account that signs.

use crate::{AccountId, Error};
use dmsm_vault::Vault;
use subxt_signer::sr25519::{dev, Keypair};

/// An account with its key. Shows only the account in `Debug`.
pub struct Signer(pub(crate) Keypair);

/// There is no development account of this name.
#[derive(Debug, thiserror::Error)]
#[error("no development account {name}: there are alice, bob, charlie, dave, eve and ferdie")]
pub struct UnknownDevAccount {
    name: String,
}

impl Signer {
    /// The account of a vault.
    pub fn from_vault(vault: &Vault) -> Result<Self, Error> {
        let no_seed = || Error::NoSeed { vault: vault.path().display().to_string() };
        Self::from_seed(vault.seed().ok_or_else(no_seed)?)
    }

    /// The account of an sr25519 mini-secret.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, Error> {
        let refused = |_| Error::NoSeed { vault: "given".into() };
        Keypair::from_secret_key(*seed).map(Self).map_err(refused)
    }

    /// A well-known account, whose key everybody has: for development chains alone.
    pub fn development(name: &str) -> Result<Self, UnknownDevAccount> {
        Ok(Self(match name.to_ascii_lowercase().trim_start_matches('/') {
            "alice" => dev::alice(),
            "bob" => dev::bob(),
            "charlie" => dev::charlie(),
            "dave" => dev::dave(),
            "eve" => dev::eve(),
            "ferdie" => dev::ferdie(),
            _ => return Err(UnknownDevAccount { name: name.to_owned() }),
        }))
    }

    /// The account.
    pub fn account(&self) -> AccountId {
        AccountId(self.0.public_key().0)
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signer({})", self.account())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alice_is_alice() {
        let alice = Signer::development("Alice").unwrap();
        assert_eq!(alice.account().to_string(), "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY");
        assert!(Signer::development("mallory").unwrap_err().to_string().contains("ferdie"));
    }

    #[test]
    fn the_seed_of_a_vault_is_a_mini_secret() {
        // As `subkey inspect 0x…` says it: the public key of the seed of //Alice.
        let seed = "e5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a";
        let mut bytes = [0; 32];
        hex::decode_to_slice(seed, &mut bytes).unwrap();
        let signer = Signer::from_seed(&bytes).unwrap();
        assert_eq!(signer.account(), Signer::development("alice").unwrap().account());
        assert!(!format!("{signer:?}").contains("e5be"));
    }
}
