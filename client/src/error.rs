// SPDX-License-Identifier: Apache-2.0
//! What can go wrong, and what to do about it.

use crate::remedy;
use dmsm_primitives::{MemberId, Moment, RegionId, RequestId, RequestKind};
use subxt::{
    error::{
        BackendError, ConstantError, DispatchError, DispatchErrorDecodeError, EventsError,
        ExtrinsicDecodeErrorAt, ExtrinsicError, OnlineClientAtBlockError, OnlineClientError, RpcError,
        StorageError,
    },
    rpcs, Metadata,
};

/// Why a call or a query has no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The node does not answer.
    #[error("no node answers at {url}: start one, or give its address ({reason})")]
    Unreachable {
        /// Where it was looked for.
        url: String,
        /// What the connection says.
        reason: String,
    },
    /// The cloud gives nothing.
    #[error(transparent)]
    Cloud(#[from] crate::CloudError),
    /// An answer lies in the cloud.
    #[error("the answer lies in the cloud: give its address with --cloud URL or DMSM_CLOUD")]
    NoCloud,
    /// The connection broke.
    #[error("the connection to the node broke ({reason}): look whether it runs, and try again")]
    Disconnected {
        /// What the connection says.
        reason: String,
    },
    /// The node now serves another chain than when the client connected.
    #[error("the node at {url} serves another chain than before: connect anew if that is wanted")]
    OtherChain {
        /// The node.
        url: String,
    },
    /// The chain's interface is not the one this program was built for.
    #[error("the chain has another interface ({what}) than this program knows: update this program")]
    Incompatible {
        /// What does not fit.
        what: String,
    },
    /// `InvalidTransaction::Custom(1)`.
    #[error(
        "the account is no member, or was invited and may only apply: ask your region's processor or the \
         council to invite it (`dmsm member invite`), then apply and be approved"
    )]
    NotAMember,
    /// `InvalidTransaction::Custom(2)`.
    #[error("the account has used its quota of this window: wait a minute and try again")]
    OverQuota,
    /// `InvalidTransaction::Custom(3)`.
    #[error(
        "the account has too many transactions waiting in the pool: wait for them to be included and try again"
    )]
    TooManyPending,
    /// Another transaction of the account has its nonce.
    #[error("another program signs with the same account at the same time: wait for it and try again")]
    NonceTaken,
    /// The pool refuses the transaction for another reason.
    #[error("the node refuses the transaction: {reason}")]
    Refused {
        /// As the node says it.
        reason: String,
    },
    /// The pool refuses a call that would fail, by the contract's own error. Nothing was charged.
    #[error("refused before it was sent on: {name}: {meaning}{}", if_any("; ", remedy))]
    NotAdmitted {
        /// Pallet and name of the error, e.g. `Prepaid::CannotPay`.
        name: String,
        /// What the chain's documentation says.
        meaning: String,
        /// What to do; empty if nothing is known.
        remedy: &'static str,
    },
    /// The transaction was included, and failed.
    #[error("{name}: {meaning}{}", if_any("; ", remedy))]
    Failed {
        /// Pallet and name of the error, e.g. `Members::NotInvited`.
        name: String,
        /// What the chain's documentation says.
        meaning: String,
        /// What to do; empty if nothing is known.
        remedy: &'static str,
    },
    /// The transaction left the pool without being included.
    #[error("the transaction was not included ({reason}): try again")]
    NotIncluded {
        /// Why.
        reason: &'static str,
    },
    /// The connection broke before the transaction's fate was known.
    #[error("the connection broke while waiting for the transaction: look whether it took effect before trying again ({reason})")]
    FateUnknown {
        /// What the connection says.
        reason: String,
    },
    /// The node answers a request with an error.
    #[error("the node answers: {reason}")]
    Node {
        /// As the node says it.
        reason: String,
    },
    /// The node no longer has the state of a block.
    #[error("the node has discarded the state of block {block}: ask one that runs with `--state-pruning archive-canonical`")]
    Discarded {
        /// Number of the block.
        block: u32,
    },
    /// The node lacks a block that must be there.
    #[error("the node has no block {block}: let it synchronise, or ask another")]
    NoBlock {
        /// Number or hash of the block.
        block: String,
    },
    /// Bytes of the chain do not mean what they should.
    #[error("{what} of the chain cannot be read: update this program")]
    Unreadable {
        /// What was to be read.
        what: &'static str,
    },
    /// The account has no identifier.
    #[error("the account {account} is no member of this chain")]
    NoIdentifier {
        /// The account.
        account: String,
    },
    /// There is nothing under this name.
    #[error("the chain knows no {what}")]
    Unknown {
        /// What was looked for.
        what: String,
    },
    /// The vault holds no account.
    #[error("the vault {vault} holds no account: give one that does, made with `dmsm keys generate`")]
    NoSeed {
        /// The vault's file.
        vault: String,
    },
    /// A key of the vault or of the chain cannot be used.
    #[error("{0}")]
    Paillier(#[from] dmsm_crypto::paillier::Error),
    /// The notice is true, so that there is nothing to dispute.
    #[error("the notice is true: there is nothing to dispute")]
    NoticeIsTrue,
    /// The notice is flawed in a way that the chain cannot judge.
    #[error("the chain cannot judge this: {reason}")]
    NotDisputable {
        /// What is wrong with the notice.
        reason: String,
    },
    /// The vault's keys are not those that the member has on chain.
    #[error("the keys of the vault {vault} are not those of member {member} on this chain: give the vault with its present keys (`--vault`), or the account of the vault's own member")]
    OtherVault {
        /// The vault's file.
        vault: String,
        /// Whose account signs.
        member: MemberId,
    },
    /// Nobody serves the region.
    #[error("region {region} has no active processor to ask: look at `dmsm member list --role processor`")]
    NoProcessor {
        /// The region.
        region: RegionId,
    },
    /// Nothing of this kind can be asked for.
    #[error("{kind} is not on offer: look at `dmsm request types`")]
    NotOnOffer {
        /// The kind.
        kind: RequestKind,
    },
    /// The local clock is not the chain's.
    #[error("this computer's clock is {} s {} the chain's: set it right, or wait if the chain stands still", local.abs_diff(*chain) / 1_000, ahead_or_behind(*local, *chain))]
    ClockDiffers {
        /// The local clock, ms since the Unix epoch.
        local: Moment,
        /// The chain's clock, ms since the Unix epoch.
        chain: Moment,
    },
    /// The request has no answer.
    #[error("request {request} has no answer: {ending}")]
    NotAnswered {
        /// The request.
        request: RequestId,
        /// How it ended.
        ending: String,
    },
    /// What the block holds as an answer is none that counts.
    #[error("the answer to request {request} cannot be taken: {reason}")]
    AnswerRefused {
        /// The request.
        request: RequestId,
        /// Why.
        reason: &'static str,
    },
    /// The operating system gives no randomness.
    #[error("the operating system gives no randomness")]
    Randomness,
    /// A background task was cancelled.
    #[error("the program stops")]
    Stopping,
}

fn if_any(separator: &str, text: &str) -> String {
    match text {
        "" => String::new(),
        text => format!("{separator}{text}"),
    }
}

fn ahead_or_behind(local: Moment, chain: Moment) -> &'static str {
    if local > chain {
        "ahead of"
    } else {
        "behind"
    }
}

/// `InvalidTransaction::Custom` code from which on the prepaid contract refuses, by the number of its
/// error.
const PREPAID_REFUSED: u8 = 32;

impl Error {
    /// The contract's own name of the error, `Pallet::Name`, where a contract refused.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::NotAdmitted { name, .. } | Self::Failed { name, .. } => Some(name),
            _ => None,
        }
    }

    /// Whether a new connection may help.
    pub fn is_connection(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Disconnected { .. })
    }

    /// No answer.
    pub(crate) fn unreachable(url: &str, error: &rpcs::Error) -> Self {
        let text = error.to_string();
        // Every layer of the connection says the same before it says what is wrong.
        let reason = text.rsplit("RPC error: ").next().unwrap_or(&text);
        let reason = reason.strip_prefix("client error: ").unwrap_or(reason);
        Self::Unreachable { url: url.to_owned(), reason: reason.to_owned() }
    }

    /// An answer of the node, or none.
    pub(crate) fn rpc(url: &str, error: rpcs::Error) -> Self {
        match error {
            rpcs::Error::User(answer) => {
                let detail = answer.data.as_ref().map_or("", |data| data.get());
                Self::Node { reason: format!("{} {detail}", answer.message).trim_end().to_owned() }
            }
            rpcs::Error::Client(_) | rpcs::Error::DisconnectedWillReconnect(_) => {
                Self::unreachable(url, &error)
            }
            other => Self::Node { reason: other.to_string() },
        }
    }

    /// Why the pool refuses.
    pub(crate) fn submission(url: &str, error: rpcs::Error, metadata: &Metadata) -> Self {
        let rpcs::Error::User(answer) = &error else { return Self::rpc(url, error) };
        let detail = answer.data.as_ref().map_or("", |data| data.get()).trim_matches('"');
        let code = detail.strip_prefix("Custom error: ").and_then(|code| code.parse().ok());
        if let Some(refused) = code.and_then(|code| Self::of_contract(code, metadata)) {
            return refused;
        }
        match code {
            Some(1u8) => Self::NotAMember,
            Some(2) => Self::OverQuota,
            Some(3) => Self::TooManyPending,
            // Too low a priority to take the place of the one that waits; or that one is in a block.
            _ if answer.code == 1014 || detail == "Transaction is outdated" => Self::NonceTaken,
            _ => Self::Refused { reason: format!("{} {detail}", answer.message).trim_end().to_owned() },
        }
    }

    /// The contract's error behind a code of the pool.
    fn of_contract(code: u8, metadata: &Metadata) -> Option<Self> {
        let index = code.checked_sub(PREPAID_REFUSED)?;
        let errors = metadata.pallet_by_name("Prepaid")?.error_variants()?;
        let error = errors.iter().find(|error| error.index == index)?;
        let name = format!("Prepaid::{}", error.name);
        let meaning = error.docs.join(" ").trim().trim_end_matches('.').to_owned();
        Some(Self::NotAdmitted { remedy: remedy::of(&name), name, meaning })
    }

    /// Why an included transaction failed.
    pub(crate) fn dispatch(error: DispatchError) -> Self {
        if let DispatchError::Module(module) = &error {
            if let Ok(details) = module.details() {
                let name = format!("{}::{}", details.pallet.name(), details.variant.name);
                let meaning = details.variant.docs.join(" ").trim().to_owned();
                let meaning = meaning.trim_end_matches('.').to_owned();
                return Self::Failed { remedy: remedy::of(&name), name, meaning };
            }
        }
        let name = match &error {
            DispatchError::BadOrigin => "BadOrigin".into(),
            DispatchError::Token(token) => format!("Token::{token:?}"),
            _ => "DispatchError".into(),
        };
        let meaning = error.to_string().trim_end_matches('.').to_owned();
        Self::Failed { remedy: remedy::of(&name), name, meaning }
    }
}

impl Error {
    /// subxt's backend speaks of the connection, or passes on what the node answers.
    fn backend(error: BackendError) -> Self {
        match error {
            BackendError::Rpc(RpcError::ClientError(rpcs::Error::User(answer))) => {
                Self::Node { reason: answer.to_string() }
            }
            other => Self::Disconnected { reason: other.to_string() },
        }
    }

    fn incompatible(error: &dyn std::error::Error) -> Self {
        Self::Incompatible { what: error.to_string() }
    }
}

impl From<OnlineClientError> for Error {
    fn from(error: OnlineClientError) -> Self {
        match error {
            OnlineClientError::CannotGetGenesisHash(error) => Self::backend(error),
            other => Self::Disconnected { reason: other.to_string() },
        }
    }
}

impl From<OnlineClientAtBlockError> for Error {
    fn from(error: OnlineClientAtBlockError) -> Self {
        use OnlineClientAtBlockError::*;
        match error {
            CannotGetCurrentBlock { reason }
            | CannotGetBlockHash { reason, .. }
            | CannotGetBlockHeader { reason, .. }
            | CannotGetSpecVersion { reason, .. } => Self::backend(reason),
            BlockNotFound { block_number } => Self::NoBlock { block: block_number.to_string() },
            BlockHeaderNotFound { block_hash } => Self::NoBlock { block: block_hash.to_string() },
            CannotGetMetadata { reason, .. } => Self::Disconnected { reason },
            other => Self::incompatible(&other),
        }
    }
}

impl From<StorageError> for Error {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::CannotFetchValue(error)
            | StorageError::CannotIterateValues(error)
            | StorageError::StreamFailure(error) => Self::backend(error),
            other => Self::incompatible(&other),
        }
    }
}

/// These arise without the node.
macro_rules! incompatible {
    ($($error:ty),*) => {$(
        impl From<$error> for Error {
            fn from(error: $error) -> Self {
                Self::incompatible(&error)
            }
        }
    )*};
}

incompatible!(ConstantError, ExtrinsicError, EventsError, ExtrinsicDecodeErrorAt, DispatchErrorDecodeError);

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(data: &str) -> rpcs::Error {
        let json = serde_json::json!({ "code": 1010, "message": "Invalid Transaction", "data": data });
        rpcs::Error::User(serde_json::from_value(json).unwrap())
    }

    fn refused(data: &str) -> Error {
        let metadata = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/metadata.scale")).unwrap();
        Error::submission("ws://x", answer(data), &Metadata::decode_from(&metadata).unwrap())
    }

    #[test]
    fn every_refusal_of_the_prepaid_contract_has_its_name_and_meaning() {
        let names = [
            "NotMember",
            "Suspended",
            "UnknownProcessor",
            "ProcessorSuspended",
            "NotLocalProcessor",
            "UnknownType",
            "RoleNotAllowed",
            "PriceChanged",
            "TimeLimitChanged",
            "StaleTimestamp",
            "FutureTimestamp",
            "RepeatedTimestamp",
            "BadLetter",
            "BadSignature",
            "CannotPay",
        ];
        for (index, name) in names.iter().enumerate() {
            let Error::NotAdmitted { name: found, meaning, remedy } =
                refused(&format!("Custom error: {}", 32 + index))
            else {
                panic!("{name}")
            };
            assert_eq!(found, format!("Prepaid::{name}"));
            assert!(!meaning.is_empty() && !remedy.is_empty(), "{name}");
        }
        assert!(matches!(refused("Custom error: 200"), Error::Refused { .. }));
    }

    #[test]
    fn a_clock_that_differs_is_said_by_how_much() {
        let text = Error::ClockDiffers { local: 10_000, chain: 100_000 }.to_string();
        assert!(text.contains("90 s behind"), "{text}");
    }

    #[test]
    fn refusals_of_membership_and_quota_have_names_and_remedies() {
        assert!(matches!(refused("Custom error: 1"), Error::NotAMember));
        assert!(matches!(refused("Custom error: 2"), Error::OverQuota));
        assert!(matches!(refused("Custom error: 3"), Error::TooManyPending));
        assert!(refused("Custom error: 1").to_string().contains("`dmsm member invite`"));
        assert!(matches!(refused("Transaction is outdated"), Error::NonceTaken));
        for other in
            ["Custom error: 4", "Custom error: 256", "Custom error: ", "Transaction has a bad signature"]
        {
            let text = refused(other).to_string();
            assert!(text.contains(other.trim()), "{text}");
        }
    }

    #[test]
    fn a_silent_node_is_a_connection_and_an_answer_is_not() {
        let broken = rpcs::Error::Client("reset".into());
        assert!(Error::rpc("ws://x", broken).is_connection());
        assert!(!Error::rpc("ws://x", answer("no")).is_connection());
        let broken = || BackendError::Rpc(RpcError::ClientError(rpcs::Error::Client("reset".into())));
        assert!(Error::from(StorageError::CannotFetchValue(broken())).is_connection());
        assert!(
            Error::from(OnlineClientAtBlockError::CannotGetCurrentBlock { reason: broken() }).is_connection()
        );
        assert!(!Error::from(StorageError::IncompatibleCodegen).is_connection());
    }
}
