// SPDX-License-Identifier: Apache-2.0
//! Checks that every node makes alike.

use sp_runtime_interface::{pass_by::PassFatPointerAndRead, runtime_interface};

#[cfg(feature = "std")]
use dmsm_crypto::{bls, paillier};
#[cfg(feature = "std")]
use dmsm_primitives::{BlsPublicKey, BlsSignature, MemberId};

/// Checks on the bytes of blocks: total, deterministic, without state.
#[runtime_interface]
pub trait DmsmConsensus {
    /// Whether `signature` (48 bytes) is the BLS signature of the 96-byte key over `message`
    /// (paper II.B, equation 8). The key must have passed [`bls_verify_possession`] before: its
    /// subgroup is not checked again.
    fn bls_verify(
        public_key: PassFatPointerAndRead<&[u8]>,
        message: PassFatPointerAndRead<&[u8]>,
        signature: PassFatPointerAndRead<&[u8]>,
    ) -> bool {
        let (Ok(key), Ok(signature)) = (public_key.try_into(), signature.try_into()) else { return false };
        bls::verify_enrolled(&BlsPublicKey(key), message, &BlsSignature(signature)).is_ok()
    }

    /// Whether the key is a point of the subgroup, not the identity, and `proof` its proof of
    /// possession for the member (32 bytes).
    fn bls_verify_possession(
        public_key: PassFatPointerAndRead<&[u8]>,
        member: PassFatPointerAndRead<&[u8]>,
        proof: PassFatPointerAndRead<&[u8]>,
    ) -> bool {
        let (Ok(key), Ok(member), Ok(proof)) = (public_key.try_into(), member.try_into(), proof.try_into())
        else {
            return false;
        };
        bls::verify_possession(&BlsPublicKey(key), &MemberId(member), &BlsSignature(proof)).is_ok()
    }

    /// Whether a Paillier key has an accepted form: length, oddness, no small factor, 1 < h < n.
    fn paillier_key_has_form(n: PassFatPointerAndRead<&[u8]>, h: PassFatPointerAndRead<&[u8]>) -> bool {
        paillier::check_public_key_shape(n, h).is_ok()
    }

    /// Whether the bytes are a ciphertext under `n`: exactly twice as long, in Z*_{n²}.
    fn paillier_is_ciphertext(
        n: PassFatPointerAndRead<&[u8]>,
        ciphertext: PassFatPointerAndRead<&[u8]>,
    ) -> bool {
        paillier::is_ciphertext(n, ciphertext)
    }

    /// Whether `ciphertext` = (1 + plaintext·n) · randomness^n mod n² (equation 2 with g = n + 1).
    fn paillier_opens(
        n: PassFatPointerAndRead<&[u8]>,
        ciphertext: PassFatPointerAndRead<&[u8]>,
        plaintext: PassFatPointerAndRead<&[u8]>,
        randomness: PassFatPointerAndRead<&[u8]>,
    ) -> bool {
        paillier::opens(n, ciphertext, plaintext, randomness)
    }
}
