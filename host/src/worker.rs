// SPDX-License-Identifier: Apache-2.0
//! What a worker knows of the node it runs in.

use alloc::string::String;
use codec::{Decode, Encode};
use dmsm_primitives::RequestKind;
use sp_runtime_interface::{
    pass_by::{AllocateAndReturnByCodec, PassFatPointerAndDecode, PassFatPointerAndRead},
    runtime_interface,
};

#[cfg(feature = "std")]
use sp_externalities::ExternalitiesExt;

/// Where the worker finds its grid service.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub struct GridAccess {
    /// URL of the worker listener, without a trailing slash.
    pub url: String,
    /// Bearer token.
    pub token: String,
}

/// What a worker reports to Prometheus.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub enum Report {
    /// This many notices were handed to the pool.
    NoticesSubmitted(u32),
    /// This many of this node's notices were seen on chain.
    NoticesIncluded(u32),
    /// The grid service answered, and this many notices wait for finality.
    Backlog(u64),
    /// The worker has settled all rows that it had read at this block.
    CaughtUpAt(u32),
    /// The grid service did not answer, or not as agreed.
    GridUnreachable,
    /// The pool refused a transaction.
    SubmissionRefused,
    /// A notice was refused on dispatch, or did not get into a block in time, and is made again.
    Resubmitted,
    /// The vault refused to encrypt or to sign.
    VaultRefused,
    /// The node has a vault, but no account in the keystore that is an active processor.
    NotEnrolled,
    /// A request was accepted by this node: its transaction is in the pool.
    RequestAccepted,
    /// A request was answered: the transaction is in the pool.
    RequestAnswered,
    /// A request was rejected: the transaction is in the pool.
    RequestRejected,
    /// This many requests wait for this node.
    OpenRequests(u32),
    /// The grid service no longer answers what it answered when the request was accepted.
    AnswerLost,
    /// The grid service answered, and this many batches of meter-days wait for their anchors.
    RecordsWaiting(u32),
    /// This many meter-days were sealed, and their ciphertexts are in the cloud.
    MeterDaysSealed(u32),
    /// The anchor of a batch stands in a finalized block.
    BatchAnchored,
    /// The cloud service did not answer, or not as agreed.
    CloudUnreachable,
    /// The chain has another data key for the scope than the vault's.
    DataKeyForeign,
    /// The chain's anchor of a version differs from this node's batch.
    BatchConflict,
}

/// What the node knows that the state does not.
#[cfg(feature = "std")]
pub trait Environment: Send + Sync {
    /// Where the grid service is; `None` if the operator configured none.
    fn grid(&self) -> Option<GridAccess>;

    /// URL of the cloud service, without a trailing slash; `None` if the operator configured none.
    fn cloud(&self) -> Option<String>;

    /// Number of the last finalized block.
    fn finalized(&self) -> u32;

    /// The nonce after those of the account's transactions in the pool, `on_chain` at least.
    fn next_nonce(&self, account: &[u8], on_chain: u32) -> u32;

    /// Whether the operator's policy serves requests of this kind.
    fn serves(&self, kind: RequestKind) -> bool;

    /// Takes a report.
    fn report(&self, report: Report);
}

#[cfg(feature = "std")]
sp_externalities::decl_extension! {
    /// Hands the environment to off-chain workers.
    pub struct EnvironmentExt(std::sync::Arc<dyn Environment>);
}

/// The environment, or nothing where the node hands in none.
#[runtime_interface]
pub trait DmsmWorker {
    /// Where the grid service is.
    fn grid(&mut self) -> AllocateAndReturnByCodec<Option<GridAccess>> {
        self.extension::<EnvironmentExt>().and_then(|environment| environment.grid())
    }

    /// URL of the cloud service, without a trailing slash.
    fn cloud(&mut self) -> AllocateAndReturnByCodec<Option<String>> {
        self.extension::<EnvironmentExt>().and_then(|environment| environment.cloud())
    }

    /// Number of the last finalized block; 0 where there is no environment.
    fn finalized(&mut self) -> u32 {
        self.extension::<EnvironmentExt>().map_or(0, |environment| environment.finalized())
    }

    /// The nonce for an account's next transaction: after those in the pool, `on_chain` at least.
    fn next_nonce(&mut self, account: PassFatPointerAndRead<&[u8]>, on_chain: u32) -> u32 {
        self.extension::<EnvironmentExt>()
            .map_or(on_chain, |environment| environment.next_nonce(account, on_chain).max(on_chain))
    }

    /// Whether the operator's policy serves requests of this kind; no where there is none.
    fn serves(&mut self, kind: PassFatPointerAndDecode<RequestKind>) -> bool {
        self.extension::<EnvironmentExt>().is_some_and(|environment| environment.serves(kind))
    }

    /// Reports to Prometheus.
    fn report(&mut self, report: PassFatPointerAndDecode<Report>) {
        if let Some(environment) = self.extension::<EnvironmentExt>() {
            environment.report(report);
        }
    }
}

impl GridAccess {
    /// URL of an endpoint.
    pub fn endpoint(&self, path: &str) -> String {
        [self.url.as_str(), path].concat()
    }

    /// Value of the header `Authorization`.
    pub fn authorization(&self) -> String {
        ["Bearer ", self.token.as_str()].concat()
    }
}
