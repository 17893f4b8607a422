// SPDX-License-Identifier: Apache-2.0
//! The real programs together, on this machine's loopback, killed and restarted.
//!
//! # Overview
//!
//! | Wanted | Item |
//! |---|---|
//! | a node with a processor's vault, and the grid service beside it | [`Network::start`] |
//! | one of them gone without warning (SIGKILL), and back with its data | [`Network::kill_node`], [`Network::start_node`], [`Network::node_is_up`] and the like for the grid service |
//! | the node gone at a chosen point of what it does | [`Network::kill_node_when`] with a [`Watch`], [`Network::kill_node_after`] |
//! | the cloud, too | [`Network::start_with_cloud`], [`Network::kill_cloud`] and the like |
//! | members and devices | [`Network::enrol_user`], [`Network::connect_device`] |
//! | money, offers, a meter with a past | [`Network::endow`], [`Network::offer`], [`Network::import_readings`] |
//! | devices that speak, and send again what was not acknowledged | [`Load`] |
//! | chance that can be had again | [`Dice`] |
//!
//! # Running
//!
//! The tests start the programs that stand beside them in cargo's target folder: `make build` puts
//! them there. `DMSM_TEST_SEED=N` gives another course of chance than the usual one.
//!
//! # Failures
//!
//! Nothing here is timed but for deadlines that a loaded machine keeps easily. A test that fails
//! prints the end of each program's log, and leaves the folder of the network behind.

mod billing;
mod cloud;
mod device;
mod dice;
mod enrol;
mod http;
mod load;
mod member;
mod network;
mod ports;
mod process;
mod programs;
mod wait;
mod watch;

pub use device::Device;
pub use dice::Dice;
pub use load::{Load, Said};
pub use member::Member;
pub use network::{Network, REGION};
pub use programs::Programs;
pub use subxt::ext::scale_value::Value;
pub use wait::{until, PATIENCE};
pub use watch::{Action, Point, Watch};
