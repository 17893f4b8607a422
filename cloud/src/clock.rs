// SPDX-License-Identifier: Apache-2.0
//! This machine's clock.

use dmsm_primitives::Moment;
use std::time::{SystemTime, UNIX_EPOCH};

/// The time, ms since the Unix epoch.
pub fn now() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment::try_from(since.as_millis()).unwrap_or(Moment::MAX)
}
