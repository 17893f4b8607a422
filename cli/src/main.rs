// SPDX-License-Identifier: Apache-2.0
//! dmsm.
fn main() {}
