// SPDX-License-Identifier: Apache-2.0
//! `dmsm credit`

mod history;
mod list;

super::group! {
    /// List the processors with their scores.
    List => list,
    /// Replay scores from the chain's events, and compare them with what the chain says.
    History => history,
}
