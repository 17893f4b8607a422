// SPDX-License-Identifier: Apache-2.0
//! The key vault of a running node.

use super::{prepared::Prepared, LOG_TARGET};
use dmsm_crypto::{bls, packing, paillier};
use dmsm_host::vault::{PublicKeyBytes, SealedMeterDay, ToSeal};
use dmsm_primitives::Scope;
use dmsm_vault::DataKeyPair;
use std::fmt::Display;
use substrate_prometheus_endpoint::Histogram;

/// Public keys whose tables are kept, 98 kB each.
const PREPARED_KEYS: usize = 64;

/// Data keys that are kept: a year of one region, and late readings of the year before.
const DATA_KEYS: usize = 24;

/// A vault that keeps others' public keys and its own data keys prepared and measures its
/// encryptions.
pub(super) struct NodeVault {
    vault: dmsm_vault::Vault,
    /// By modulus and generator.
    keys: Prepared<PublicKeyBytes, paillier::PublicKey>,
    data_keys: Prepared<Scope, DataKeyPair>,
    encryption_seconds: Histogram,
}

impl NodeVault {
    pub(super) fn new(vault: dmsm_vault::Vault, encryption_seconds: Histogram) -> Self {
        Self {
            vault,
            keys: Prepared::new(PREPARED_KEYS),
            data_keys: Prepared::new(DATA_KEYS),
            encryption_seconds,
        }
    }

    /// Times an encryption. Neither the message nor a key is ever logged.
    fn timed<T, E: Display>(&self, encrypt: impl FnOnce() -> Result<T, E>) -> Option<T> {
        let _timer = self.encryption_seconds.start_timer();
        encrypt()
            .inspect_err(|error| log::debug!(target: LOG_TARGET, "The vault does not encrypt: {error}"))
            .ok()
    }

    /// Uses the data key of a scope, which is derived if it is not there.
    fn with_data_key<R>(&self, scope: &Scope, use_key: impl FnOnce(&DataKeyPair) -> R) -> Option<R> {
        let derive = || {
            self.vault
                .data_key(scope)
                .inspect_err(|error| log::debug!(target: LOG_TARGET, "The vault has no data key: {error}"))
                .ok()
        };
        self.data_keys.with(*scope, derive, use_key)
    }
}

impl dmsm_host::Vault for NodeVault {
    fn encrypt_for(&self, n: &[u8], h: &[u8], message: &[u8]) -> Option<Vec<u8>> {
        let prepare = || {
            paillier::PublicKey::from_bytes(n, h)
                .inspect_err(
                    |error| log::debug!(target: LOG_TARGET, "The vault refuses a public key: {error}"),
                )
                .ok()
                .map(paillier::PublicKey::with_tables)
        };
        let encrypt = |key: &paillier::PublicKey| self.timed(|| key.encrypt_message(message));
        self.keys.with((n.to_vec(), h.to_vec()), prepare, encrypt).flatten()
    }

    fn encrypt_as_owner(&self, message: &[u8]) -> Option<Vec<u8>> {
        self.timed(|| self.vault.paillier().encrypt_message(message))
    }

    fn decrypt(&self, ciphertext: &[u8]) -> Option<Vec<u8>> {
        let message = self.vault.paillier().decrypt_message(ciphertext).ok()?;
        Some(message.to_vec())
    }

    fn sign(&self, message: &[u8]) -> [u8; 48] {
        bls::sign(self.vault.bls(), message).0
    }

    fn bls_public_key(&self) -> [u8; 96] {
        self.vault.bls().public().0
    }

    fn data_key(&self, scope: &Scope) -> Option<PublicKeyBytes> {
        self.with_data_key(scope, |key| {
            let public = key.public().to_primitive();
            (public.n.into_inner(), public.h.into_inner())
        })
    }

    fn seal_meter_day(&self, scope: &Scope, day: &ToSeal) -> Option<SealedMeterDay> {
        let energy: Vec<u32> = day.energy.iter().map(|energy| energy.0).collect();
        let to_seal = dmsm_vault::ToSeal {
            meter: day.meter,
            day: day.day,
            version: day.version,
            present: day.present,
            energy: packing::energies(&energy)
                .inspect_err(|error| log::debug!(target: LOG_TARGET, "The vault does not seal: {error}"))
                .ok()?,
        };
        let sealed =
            self.with_data_key(scope, |key| self.timed(|| key.seal_meter_day(&to_seal))).flatten()?;
        let dmsm_vault::Sealed { nonce, digest, ciphertext } = sealed;
        Some(SealedMeterDay { nonce, digest, ciphertext })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dmsm_host::Vault;
    use dmsm_primitives::{records::ALL_PRESENT, time::Month, Day, DeviceId, RegionId};
    use substrate_prometheus_endpoint::HistogramOpts;

    const SCOPE: Scope = Scope { region: RegionId(1), month: Month { year: 2012, month: 1 } };

    fn vault() -> (tempfile::TempDir, NodeVault) {
        let folder = tempfile::tempdir().unwrap();
        let contents = dmsm_vault::Contents {
            seed: None,
            paillier: paillier::SecretKey::derive(2048, &[1; 32]).unwrap(),
            bls: bls::SecretKey::derive(&[1; 32]).unwrap(),
            identity: None,
            data_seed: [2; 32].into(),
        };
        let vault = dmsm_vault::Vault::create_with(
            &folder.path().join("vault"),
            &"horse".into(),
            contents,
            dmsm_vault::WorkFactor::FAST,
        );
        let seconds = Histogram::with_opts(HistogramOpts::new("seconds", "Seconds")).unwrap();
        (folder, NodeVault::new(vault.unwrap(), seconds))
    }

    fn day() -> ToSeal {
        ToSeal {
            meter: DeviceId([8; 32]),
            day: Day(15_340),
            version: 0,
            present: ALL_PRESENT,
            energy: vec![250u32.into(); 48],
        }
    }

    #[test]
    fn a_data_key_is_the_vaults_and_derived_once() {
        let (_folder, vault) = vault();
        let (n, h) = vault.data_key(&SCOPE).unwrap();
        let key = vault.vault.data_key(&SCOPE).unwrap().public().to_primitive();
        assert_eq!((n, h), (key.n.into_inner(), key.h.into_inner()));
        let kept = vault.data_keys.with(SCOPE, || panic!("it is kept"), |key| *key.scope());
        assert_eq!(kept, Some(SCOPE));
    }

    #[test]
    fn a_meter_day_is_sealed_as_the_vault_seals_it() {
        let (_folder, vault) = vault();
        let sealed = vault.seal_meter_day(&SCOPE, &day()).unwrap();
        assert_eq!(vault.seal_meter_day(&SCOPE, &day()).as_ref(), Some(&sealed));
        let (n, _) = vault.data_key(&SCOPE).unwrap();
        assert!(paillier::is_ciphertext(&n, &sealed.ciphertext));
        assert_eq!(vault.encryption_seconds.get_sample_count(), 2);
    }

    #[test]
    fn seal_fails_when_the_day_has_not_48_half_hours_or_lies_elsewhere() {
        let (_folder, vault) = vault();
        for length in [0, 47, 49] {
            let energy = vec![1u32.into(); length];
            assert!(vault.seal_meter_day(&SCOPE, &ToSeal { energy, ..day() }).is_none());
        }
        assert!(vault.seal_meter_day(&SCOPE, &ToSeal { day: Day(15_371), ..day() }).is_none());
        assert!(vault.seal_meter_day(&SCOPE, &ToSeal { present: 0, ..day() }).is_none());
        let none = Scope { month: Month { year: 2012, month: 13 }, ..SCOPE };
        assert!(vault.data_key(&none).is_none() && vault.seal_meter_day(&none, &day()).is_none());
    }
}
