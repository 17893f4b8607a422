// SPDX-License-Identifier: Apache-2.0
//! Private keys of a member, encrypted at rest.
