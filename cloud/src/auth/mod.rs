// SPDX-License-Identifier: Apache-2.0
//! Who calls: every call is signed by a member, and works once.
//!
//! A call is first *claimed* by what its head says, which costs no arithmetic, and then *proved* by
//! the signature over the digest of its body. Only a proved call spends its nonce, so that nobody
//! fills the database with nonces of members whose key he lacks.

mod cache;
mod chain;
mod directory;
mod nonces;

pub use cache::CachedDirectory;
pub use chain::ChainDirectory;
pub use directory::{DirectoryError, MemberDirectory, MemberEntry, StaticDirectory};
pub use nonces::Nonces;

use crate::{clock::now, database::DatabaseError};
use axum::http::{header::AUTHORIZATION, request::Parts};
use dmsm_client::Status;
use dmsm_crypto::bls;
use dmsm_primitives::{
    cloud::{Authorization, CallSeal, MAX_CALL_SKEW},
    MemberId, Moment, Role,
};
use std::sync::Arc;

/// How long after its time a call's nonce is remembered: longer than the call would be heard, so that
/// a clock that is set back lets nothing through twice.
const REMEMBERED: Moment = 2 * MAX_CALL_SKEW;

/// Why a call is not heard.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// No header `Authorization`.
    #[error("every call is signed by a member: there is no header Authorization")]
    Anonymous,
    /// The header is not of our form.
    #[error("the header Authorization is not DMSM member=…,time=…,nonce=…,signature=…")]
    Malformed,
    /// The call is too old, or from the future.
    #[error("the call's time is more than {} s from this machine's clock: is yours right?", MAX_CALL_SKEW / 1_000)]
    Stale,
    /// No such member, or it has left.
    #[error("the chain knows no such member")]
    UnknownMember,
    /// The member is suspended.
    #[error("the member is suspended")]
    Suspended,
    /// Only processors hand blobs in.
    #[error("only processors may hand blobs in")]
    NotProcessor,
    /// The member did not sign this.
    #[error("the signature is not the member's over this call")]
    BadSignature,
    /// The nonce was used before.
    #[error("this call was made before: each takes a new nonce")]
    Replayed,
    /// Members cannot be looked up.
    #[error("members cannot be looked up: {0}")]
    Directory(#[from] DirectoryError),
    /// Nonces cannot be remembered.
    #[error("calls cannot be remembered")]
    Database(#[from] DatabaseError),
}

/// What a call must be allowed to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Need {
    /// Any active member may do it.
    Member,
    /// Processors alone.
    Processor,
}

/// What the head of a call says; not proved.
#[derive(Debug)]
pub struct Claim {
    authorization: Authorization,
    member: MemberEntry,
}

/// Who calls; proved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Caller(pub MemberId);

/// Checks calls.
pub struct Authenticator {
    directory: Arc<dyn MemberDirectory>,
    nonces: Nonces,
}

impl Authenticator {
    /// Members from `directory`, spent nonces in `nonces`.
    pub fn new(directory: Arc<dyn MemberDirectory>, nonces: Nonces) -> Self {
        Self { directory, nonces }
    }

    /// Reads the head of a call and looks the member up.
    pub async fn claim(&self, head: &Parts, need: Need) -> Result<Claim, AuthError> {
        let header = head.headers.get(AUTHORIZATION).ok_or(AuthError::Anonymous)?;
        let header = header.to_str().map_err(|_| AuthError::Malformed)?;
        let authorization = Authorization::parse(header).ok_or(AuthError::Malformed)?;
        if now().abs_diff(authorization.time) > MAX_CALL_SKEW {
            return Err(AuthError::Stale);
        }
        let member = self.directory.member(&authorization.member).await?;
        let member = member.filter(|member| member.status != Status::Left).ok_or(AuthError::UnknownMember)?;
        if member.status == Status::Suspended {
            return Err(AuthError::Suspended);
        }
        if need == Need::Processor && member.role != Role::Processor {
            return Err(AuthError::NotProcessor);
        }
        Ok(Claim { authorization, member })
    }

    /// Checks the signature of a call with a body of this SHA-256, and spends its nonce.
    pub async fn prove(&self, claim: Claim, head: &Parts, body: [u8; 32]) -> Result<Caller, AuthError> {
        let Authorization { member, time, nonce, signature } = claim.authorization;
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
        let seal = CallSeal { member, method: head.method.as_str(), path, body, time, nonce };
        let payload = seal.signing_payload(&self.directory.genesis().await?);
        // The chain admits a key with a proof of possession alone.
        bls::verify_enrolled(&claim.member.bls, &payload, &signature).map_err(|_| AuthError::BadSignature)?;
        if self.nonces.spend(&member, &nonce, time.saturating_add(REMEMBERED)).await? {
            Ok(Caller(member))
        } else {
            Err(AuthError::Replayed)
        }
    }

    /// The chain that calls are signed for, and whether members can be looked up.
    pub fn directory(&self) -> &dyn MemberDirectory {
        &*self.directory
    }

    /// Forgets nonces of calls that would be stale.
    pub async fn forget(&self) -> Result<(), AuthError> {
        Ok(self.nonces.forget(now()).await?)
    }
}
