// SPDX-License-Identifier: Apache-2.0
//! The directory that asks a node.

use super::{DirectoryError, MemberDirectory, MemberEntry};
use crate::link::NodeLink;
use async_trait::async_trait;
use dmsm_primitives::MemberId;

/// Asks a node, at its last finalized block.
pub struct ChainDirectory {
    link: NodeLink,
}

impl ChainDirectory {
    /// Over `link`; answers [`DirectoryError::Unreachable`] while that is down.
    pub fn new(link: NodeLink) -> Self {
        Self { link }
    }
}

#[async_trait]
impl MemberDirectory for ChainDirectory {
    async fn member(&self, id: &MemberId) -> Result<Option<MemberEntry>, DirectoryError> {
        let client = self.link.client().ok_or(DirectoryError::Unreachable)?;
        match client.finalized_member(id).await {
            Ok(member) => Ok(member.map(|member| MemberEntry {
                role: member.role,
                status: member.status,
                bls: member.keys.bls,
            })),
            Err(error) if error.is_connection() => Err(DirectoryError::Unreachable),
            Err(error) => Err(DirectoryError::Unreadable(error.to_string())),
        }
    }

    async fn genesis(&self) -> Result<[u8; 32], DirectoryError> {
        self.link.genesis().ok_or(DirectoryError::Unreachable)
    }

    async fn check(&self) -> Result<(), DirectoryError> {
        self.link.client().map(drop).ok_or(DirectoryError::Unreachable)
    }
}
