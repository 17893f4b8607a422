// SPDX-License-Identifier: Apache-2.0
//! What can go wrong, and what to do about it.

use std::{io, path::PathBuf};

/// Why a verb fails.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The chain, the node, or the way there.
    #[error(transparent)]
    Client(#[from] dmsm_client::Error),
    /// The vault.
    #[error(transparent)]
    Vault(#[from] dmsm_vault::Error),
    /// A Paillier key.
    #[error(transparent)]
    Paillier(#[from] dmsm_crypto::paillier::Error),
    /// A BLS key.
    #[error(transparent)]
    Bls(#[from] dmsm_crypto::bls::Error),
    /// A file of measurements.
    #[error(transparent)]
    Replay(#[from] crate::replay::Error),
    /// The grid service.
    #[error(transparent)]
    Grid(#[from] crate::grid::Error),
    /// No such development account.
    #[error(transparent)]
    DevAccount(#[from] dmsm_client::UnknownDevAccount),
    /// No vault is named.
    #[error(
        "no vault is named: give --vault FILE or set DMSM_VAULT; `dmsm keys generate --out FILE` makes one"
    )]
    NoVault,
    /// No passphrase, and nobody to ask.
    #[error("no passphrase for {}: give --passphrase-file FILE, set DMSM_VAULT_PASSPHRASE, or run in a terminal", .0.display())]
    NoPassphrase(PathBuf),
    /// The two passphrases differ.
    #[error("the passphrases differ: try again")]
    PassphrasesDiffer,
    /// A file.
    #[error("cannot {action} {}: {source}", path.display())]
    File { action: &'static str, path: PathBuf, source: io::Error },
    /// A file that holds something else than it should.
    #[error("{} {what}", path.display())]
    Content { path: PathBuf, what: &'static str },
    /// Standard output.
    #[error("cannot write the answer: {0}")]
    Output(io::Error),
    /// The operating system gives no randomness.
    #[error("the operating system gives no randomness")]
    Randomness,
    /// Thresholds.
    #[error("thresholds must be 0 <= low <= high and high > 0")]
    InconsistentRule,
    /// The secret would be shown without being asked for.
    #[error("this prints a secret: add --show-secret if that is wanted, or use `dmsm keys keystore`")]
    SecretNotAskedFor,
    /// The vault holds no identity.
    #[error("the vault holds no identity: make one with `dmsm keys generate --name`")]
    NoIdentity,
    /// The opening of an application does not open.
    #[error("the application's opening does not give its identifier {0}: do not approve; ask the applicant")]
    BadOpening(dmsm_primitives::MemberId),
    /// What was asked for is not there.
    #[error("{0}")]
    NotFound(String),
    /// The key file is another device's.
    #[error("the key in {} is not that of device {device}: give the key with which it was registered", path.display())]
    OtherKey { path: PathBuf, device: dmsm_primitives::DeviceId },
    /// The device is not connected.
    #[error("device {0} is not connected: run `dmsm device connect {0} --key FILE` with its owner's vault")]
    NotConnected(dmsm_primitives::DeviceId),
    /// Some readings were refused.
    #[error("{refused} of {sent} readings were refused ({reasons}); the report says which")]
    ReadingsRefused { refused: u64, sent: u64, reasons: String },
    /// Notices are missing.
    #[error("{0} notice(s) are missing from the chain that was read: ask another node")]
    NoticesLost(u64),
    /// Not enough notices came in time.
    #[error("{seen} of {wanted} notices came within {seconds} s")]
    TimeOut { seen: u64, wanted: u64, seconds: u64 },
    /// It is not clear which meter is meant.
    #[error("{why}: give one of these with --meter: {}", list(.meters))]
    WhichMeter { why: String, meters: Vec<dmsm_primitives::DeviceId> },
    /// The household has no meter.
    #[error("you have no connected device to ask about: run `dmsm device register` and `dmsm device connect` first, or give the identifier of one that was unbound with --meter")]
    NoMeter,
    /// A period that no answer covers.
    #[error("the period must begin and end on a half-hour, must not be empty, and may have 31 days at most")]
    BadPeriod,
    /// The request ended without an answer.
    #[error("request {request} was not answered ({how}): the money is free again; {remedy}")]
    Unanswered { request: dmsm_primitives::RequestId, how: String, remedy: &'static str },
    /// The request did not end in time.
    #[error("request {request} has not ended after {seconds} s: look at it again with `dmsm request show {request}`")]
    StillOpen { request: dmsm_primitives::RequestId, seconds: u64 },
    /// The node had discarded the states of blocks before they were read.
    #[error("the connection was gone for too long to see each state of request {request}: look at it with `dmsm request show {request}`")]
    LostTrack { request: dmsm_primitives::RequestId },
    /// Only usage makes a Green Button feed.
    #[error("only the answer to `dmsm request usage` can be written as Green Button data")]
    NoGreenButton,
    /// The vault's data key is not the one on chain.
    #[error("the data key that this vault makes for {scope} is not announced on chain: give the vault of the processor that stores the data")]
    OtherDataKey { scope: String },
    /// A background task was cancelled.
    #[error("the program stops")]
    Stopping,
}

fn list(ids: &[dmsm_primitives::DeviceId]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl Error {
    /// Whether the reader of our output went away.
    pub fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}
