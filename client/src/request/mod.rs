// SPDX-License-Identifier: Apache-2.0
//! Paid requests, from the requester's side (paper IV.B and V.B).

mod answer;
mod ask;
mod calls;
mod follow;
mod letter;
mod progress;
mod query;
mod types;

pub use answer::{adds_up, fits, AnswerFlaw, Answered, Sent};
pub use ask::{Asked, Inquiry};
pub use follow::{RequestFollower, Update};
pub(crate) use progress::decode;
pub use progress::{Progress, Stage};
pub use types::{Ending, OpenRequest, OpenState, Order, RequestType, Settled};
