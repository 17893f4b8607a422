// SPDX-License-Identifier: Apache-2.0
//! The region's data service of a processing node.
