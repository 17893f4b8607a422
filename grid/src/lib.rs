// SPDX-License-Identifier: Apache-2.0
//! The region's data service of a processing node.

pub mod config;
pub mod directory;
pub mod error;
pub mod http;
pub mod ingest;
pub mod metrics;
pub mod service;
pub mod store;
pub mod warnings;

pub use config::Config;
