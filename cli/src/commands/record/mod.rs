// SPDX-License-Identifier: Apache-2.0
//! `dmsm record`

mod list;
mod verify;

super::group! {
    /// List stored meter-days, as the cloud's index knows them.
    List => list,
    /// Check a stored day against its anchor: the manifest, each ciphertext, and with the
    /// processor's vault each plaintext.
    Verify => verify,
}
