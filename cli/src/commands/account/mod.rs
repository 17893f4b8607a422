// SPDX-License-Identifier: Apache-2.0
//! `dmsm account`

mod balance;
mod transfer;

super::group! {
    /// Show what an account has.
    Balance => balance,
    /// Pay another account.
    Transfer => transfer,
}
