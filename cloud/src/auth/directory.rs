// SPDX-License-Identifier: Apache-2.0
//! Who the members are. The chain says; the service asks through [`MemberDirectory`].

use async_trait::async_trait;
use dmsm_client::Status;
use dmsm_primitives::{BlsPublicKey, MemberId, Role};
use std::collections::HashMap;

/// What the service needs to know about a member.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MemberEntry {
    /// What it is for.
    pub role: Role,
    /// Whether it may act.
    pub status: Status,
    /// Its calls are signed with this key.
    pub bls: BlsPublicKey,
}

/// Why a directory gives no answer. Not knowing a member is an answer.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DirectoryError {
    /// No connection to a node of the right chain.
    #[error("the node does not answer")]
    Unreachable,
    /// What the node holds for a member cannot be read.
    #[error("the node's record of a member cannot be read; is this program older than the runtime? ({0})")]
    Unreadable(String),
    /// Too many members are looked up at once.
    #[error("too many members are looked up at once")]
    Busy,
}

/// Knows members and the chain they live on, as it is finalized.
#[async_trait]
pub trait MemberDirectory: Send + Sync + 'static {
    /// The member with this identifier; `None` where the chain knows none.
    async fn member(&self, id: &MemberId) -> Result<Option<MemberEntry>, DirectoryError>;

    /// Hash of the chain's first block, which every signature covers.
    async fn genesis(&self) -> Result<[u8; 32], DirectoryError>;

    /// Whether questions are answered now; for health reports.
    async fn check(&self) -> Result<(), DirectoryError> {
        self.genesis().await.map(drop)
    }
}

/// A directory that never changes, for tests.
#[derive(Clone, Default, Debug)]
pub struct StaticDirectory {
    /// The genesis hash.
    pub genesis: [u8; 32],
    /// The members.
    pub members: HashMap<MemberId, MemberEntry>,
}

#[async_trait]
impl MemberDirectory for StaticDirectory {
    async fn member(&self, id: &MemberId) -> Result<Option<MemberEntry>, DirectoryError> {
        Ok(self.members.get(id).copied())
    }

    async fn genesis(&self) -> Result<[u8; 32], DirectoryError> {
        Ok(self.genesis)
    }
}
