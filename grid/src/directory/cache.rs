// SPDX-License-Identifier: Apache-2.0
//! Answers kept for a while, so that readings do not become node traffic.

use super::{DeviceDirectory, DeviceEntry, DirectoryError};
use async_trait::async_trait;
use dmsm_primitives::DeviceId;
use moka::{future::Cache, Expiry};
use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

/// How much a [`CachedDirectory`] keeps, for how long, and how often it may ask.
#[derive(Clone, Copy, Debug)]
pub struct CacheLimits {
    /// Devices kept, known or not.
    pub entries: u64,
    /// A connected device is asked about again after this time: so long do readings of a device
    /// that was unbound still pass.
    pub connected: Duration,
    /// A device that is unknown or not connected is asked about again after this time: so long
    /// does a new device wait at most.
    pub other: Duration,
    /// Lookups a second that may reach the directory beneath; a burst of twice as many passes.
    /// Above, batches with an uncached device are put off, so a flood of invented identifiers
    /// costs the node no more than this.
    pub lookups_per_second: u32,
}

impl Default for CacheLimits {
    fn default() -> Self {
        Self {
            entries: 100_000,
            connected: Duration::from_secs(10),
            other: Duration::from_secs(1),
            lookups_per_second: 500,
        }
    }
}

/// A directory before another one: bounded, expiring, one question a device at a time.
pub struct CachedDirectory<D> {
    inner: D,
    devices: Cache<DeviceId, Option<DeviceEntry>>,
    budget: Budget,
}

impl<D: DeviceDirectory> CachedDirectory<D> {
    /// Caches the answers of `inner`.
    pub fn new(inner: D, limits: CacheLimits) -> Self {
        let lifetimes = Lifetimes { connected: limits.connected, other: limits.other };
        let devices = Cache::builder().max_capacity(limits.entries).expire_after(lifetimes).build();
        Self { inner, devices, budget: Budget::new(limits.lookups_per_second) }
    }

    async fn ask(&self, id: &DeviceId) -> Result<Option<DeviceEntry>, DirectoryError> {
        if !self.budget.take(Instant::now()) {
            return Err(DirectoryError::Busy);
        }
        self.inner.device(id).await
    }
}

#[async_trait]
impl<D: DeviceDirectory> DeviceDirectory for CachedDirectory<D> {
    async fn device(&self, id: &DeviceId) -> Result<Option<DeviceEntry>, DirectoryError> {
        self.devices.try_get_with(*id, self.ask(id)).await.map_err(|error: Arc<_>| *error)
    }

    async fn genesis(&self) -> Result<[u8; 32], DirectoryError> {
        self.inner.genesis().await
    }

    async fn check(&self) -> Result<(), DirectoryError> {
        self.inner.check().await
    }
}

struct Lifetimes {
    connected: Duration,
    other: Duration,
}

impl Lifetimes {
    fn of(&self, entry: &Option<DeviceEntry>) -> Duration {
        match entry {
            Some(entry) if entry.connected => self.connected,
            _ => self.other,
        }
    }
}

impl Expiry<DeviceId, Option<DeviceEntry>> for Lifetimes {
    fn expire_after_create(&self, _: &DeviceId, entry: &Option<DeviceEntry>, _: Instant) -> Option<Duration> {
        Some(self.of(entry))
    }

    fn expire_after_update(
        &self,
        _: &DeviceId,
        entry: &Option<DeviceEntry>,
        _: Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        Some(self.of(entry))
    }
}

/// A token bucket that holds two seconds' worth.
struct Budget {
    per_second: f64,
    state: Mutex<(f64, Instant)>,
}

impl Budget {
    fn new(per_second: u32) -> Self {
        let per_second = f64::from(per_second.max(1));
        Self { per_second, state: Mutex::new((2.0 * per_second, Instant::now())) }
    }

    fn take(&self, now: Instant) -> bool {
        let mut state = self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let (tokens, since) = *state;
        let gained = now.saturating_duration_since(since).as_secs_f64() * self.per_second;
        let tokens = (tokens + gained).min(2.0 * self.per_second);
        let granted = tokens >= 1.0;
        *state = (if granted { tokens - 1.0 } else { tokens }, now.max(since));
        granted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dmsm_primitives::{DevicePublicKey, RegionId};
    use std::sync::atomic::{AtomicU32, Ordering};

    /// Counts what reaches it; knows the devices whose identifier starts with 1.
    #[derive(Default)]
    struct Counting(AtomicU32);

    #[async_trait]
    impl DeviceDirectory for Counting {
        async fn device(&self, id: &DeviceId) -> Result<Option<DeviceEntry>, DirectoryError> {
            self.0.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(20)).await;
            let entry = DeviceEntry { key: DevicePublicKey([0; 32]), region: RegionId(1), connected: true };
            match id.0[0] {
                1 => Ok(Some(entry)),
                2 => Err(DirectoryError::Unreachable),
                _ => Ok(None),
            }
        }

        async fn genesis(&self) -> Result<[u8; 32], DirectoryError> {
            Ok([0; 32])
        }
    }

    fn cached(limits: CacheLimits) -> (Arc<Counting>, CachedDirectory<Arc<Counting>>) {
        let counting = Arc::new(Counting::default());
        (counting.clone(), CachedDirectory::new(counting, limits))
    }

    fn id(first: u8, second: u8) -> DeviceId {
        let mut id = DeviceId::default();
        (id.0[0], id.0[1]) = (first, second);
        id
    }

    #[tokio::test]
    async fn questions_about_one_device_are_asked_once() {
        let (counting, directory) = cached(CacheLimits::default());
        let (known, unknown) = (id(1, 0), id(0, 0));
        for _ in 0..2 {
            let asked = futures::future::join_all((0..50).map(|n| {
                let id = if n % 2 == 0 { &known } else { &unknown };
                directory.device(id)
            }));
            let answers = asked.await;
            assert!(answers.iter().step_by(2).all(|answer| matches!(answer, Ok(Some(_)))));
            assert!(answers.iter().skip(1).step_by(2).all(|answer| matches!(answer, Ok(None))));
        }
        assert_eq!(counting.0.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn an_unknown_device_is_asked_about_again_soon_a_connected_one_late() {
        let other = Duration::from_millis(50);
        let (counting, directory) = cached(CacheLimits { other, ..CacheLimits::default() });
        for _ in 0..2 {
            directory.device(&id(0, 0)).await.unwrap();
            directory.device(&id(1, 0)).await.unwrap();
            tokio::time::sleep(2 * other).await;
        }
        assert_eq!(counting.0.load(Ordering::SeqCst), 3);
    }

    #[tokio::test]
    async fn an_error_is_not_kept() {
        let (counting, directory) = cached(CacheLimits::default());
        for _ in 0..2 {
            assert_eq!(directory.device(&id(2, 0)).await, Err(DirectoryError::Unreachable));
        }
        assert_eq!(counting.0.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn invented_identifiers_reach_the_node_at_a_bounded_rate_only() {
        let (counting, directory) = cached(CacheLimits { lookups_per_second: 5, ..CacheLimits::default() });
        directory.device(&id(1, 0)).await.unwrap();
        let asked = futures::future::join_all((0..100).map(|n| {
            let directory = &directory;
            async move { directory.device(&id(0, n)).await }
        }));
        let busy = asked.await.iter().filter(|answer| **answer == Err(DirectoryError::Busy)).count();
        assert!(busy >= 85, "{busy}");
        assert!(counting.0.load(Ordering::SeqCst) <= 15);
        // A cached device is served all the same.
        assert!(directory.device(&id(1, 0)).await.unwrap().is_some());
    }

    #[test]
    fn the_budget_fills_up_again_and_no_further() {
        let budget = Budget::new(10);
        let start = Instant::now();
        assert_eq!((0..30).filter(|_| budget.take(start)).count(), 20);
        let later = start + Duration::from_millis(500);
        assert_eq!((0..30).filter(|_| budget.take(later)).count(), 5);
        let much_later = start + Duration::from_secs(3600);
        assert_eq!((0..30).filter(|_| budget.take(much_later)).count(), 20);
    }
}
