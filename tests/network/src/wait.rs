// SPDX-License-Identifier: Apache-2.0
//! Waiting for something, and not for ever.

use std::time::{Duration, Instant};
use tokio::time::sleep;

/// How long anything is waited for: a start of the node takes some four seconds of one core, and
/// many times that on a machine that compiles beside it.
pub const PATIENCE: Duration = Duration::from_secs(300);

const PAUSE: Duration = Duration::from_millis(50);

/// Tries until there is a value. `Err` says what it looks like so far, which the failure tells.
pub async fn until<T>(what: &str, mut attempt: impl AsyncFnMut() -> Result<T, String>) -> T {
    let begin = Instant::now();
    loop {
        match attempt().await {
            Ok(value) => return value,
            Err(state) if begin.elapsed() > PATIENCE => {
                panic!("waited {} s for {what}: {state}", PATIENCE.as_secs())
            }
            Err(_) => sleep(PAUSE).await,
        }
    }
}
