// SPDX-License-Identifier: Apache-2.0
//! `dmsm council`

mod close;
mod list;
mod vote;

super::group! {
    /// List the open motions.
    List => list,
    /// Vote on a motion.
    Vote => vote,
    /// End a motion that has its votes: what it carries takes effect.
    Close => close,
}

use crate::error::Error;
use dmsm_client::{Client, Motion};

/// The open motion of a number.
async fn motion(client: &Client, index: u32) -> Result<Motion, Error> {
    let motion = client.motions().await?.into_iter().find(|motion| motion.index == index);
    motion.ok_or_else(|| {
        Error::NotFound(format!("there is no open motion {index}: look at `dmsm council list`"))
    })
}
