// SPDX-License-Identifier: Apache-2.0
//! `dmsm-cloud`.

fn main() {}
