// SPDX-License-Identifier: Apache-2.0
//! Members kept for a while, so that calls do not become node traffic.

use super::{DirectoryError, MemberDirectory, MemberEntry};
use async_trait::async_trait;
use dmsm_primitives::MemberId;
use moka::future::Cache;
use std::{sync::Arc, time::Duration};
use tokio::sync::Semaphore;

/// Members kept, known or not.
const ENTRIES: u64 = 100_000;
/// For so long at most is a member heard that was suspended, and a new one or a new key not.
const LIFETIME: Duration = Duration::from_secs(3);
/// Members looked up at once. More, such as a flood of invented ones, are put off.
const LOOKUPS: usize = 16;

/// A directory before another one: bounded, expiring, one question a member at a time.
pub struct CachedDirectory<D> {
    inner: D,
    members: Cache<MemberId, Option<MemberEntry>>,
    lookups: Semaphore,
}

impl<D: MemberDirectory> CachedDirectory<D> {
    /// Caches the answers of `inner`.
    pub fn new(inner: D) -> Self {
        let members = Cache::builder().max_capacity(ENTRIES).time_to_live(LIFETIME).build();
        Self { inner, members, lookups: Semaphore::new(LOOKUPS) }
    }

    async fn ask(&self, id: &MemberId) -> Result<Option<MemberEntry>, DirectoryError> {
        let _lookup = self.lookups.try_acquire().map_err(|_| DirectoryError::Busy)?;
        self.inner.member(id).await
    }
}

#[async_trait]
impl<D: MemberDirectory> MemberDirectory for CachedDirectory<D> {
    async fn member(&self, id: &MemberId) -> Result<Option<MemberEntry>, DirectoryError> {
        self.members.try_get_with(*id, self.ask(id)).await.map_err(|error: Arc<_>| (*error).clone())
    }

    async fn genesis(&self) -> Result<[u8; 32], DirectoryError> {
        self.inner.genesis().await
    }

    async fn check(&self) -> Result<(), DirectoryError> {
        self.inner.check().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::sync::Notify;

    /// Answers when told to, and counts what it was asked.
    #[derive(Default)]
    struct Slow {
        asked: AtomicUsize,
        go: Notify,
    }

    #[async_trait]
    impl MemberDirectory for Arc<Slow> {
        async fn member(&self, _: &MemberId) -> Result<Option<MemberEntry>, DirectoryError> {
            self.asked.fetch_add(1, Ordering::SeqCst);
            self.go.notified().await;
            Ok(None)
        }

        async fn genesis(&self) -> Result<[u8; 32], DirectoryError> {
            Err(DirectoryError::Unreachable)
        }
    }

    #[tokio::test]
    async fn a_flood_of_strangers_is_put_off_and_asks_no_more_than_the_limit() {
        let slow = Arc::new(Slow::default());
        let cache = Arc::new(CachedDirectory::new(slow.clone()));
        let ask = |n: usize| {
            let cache = cache.clone();
            tokio::spawn(async move { cache.member(&MemberId([n as u8; 32])).await })
        };
        let waiting: Vec<_> = (0..LOOKUPS).map(ask).collect();
        while slow.asked.load(Ordering::SeqCst) < LOOKUPS {
            tokio::task::yield_now().await;
        }
        assert_eq!(ask(LOOKUPS).await.unwrap(), Err(DirectoryError::Busy));
        // One that is being looked up is waited for.
        let again = ask(0);
        tokio::task::yield_now().await;
        slow.go.notify_waiters();
        for answer in waiting.into_iter().chain([again]) {
            assert_eq!(answer.await.unwrap(), Ok(None));
        }
        assert_eq!(slow.asked.load(Ordering::SeqCst), LOOKUPS);
    }
}
