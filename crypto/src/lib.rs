// SPDX-License-Identifier: Apache-2.0
//! Paillier and BLS short signatures.
