// SPDX-License-Identifier: Apache-2.0
//! Keys that are made ready once: public keys with their tables, so that the second notice for an
//! owner costs a fraction of the first, and data keys, which take a second to derive.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

/// Prepared once by whoever comes first; `None` if the key was refused.
type Cell<T> = Arc<OnceLock<Option<T>>>;

/// Prepared keys by their names, the least recently used of which makes room for a new one.
pub(super) struct Prepared<N, T> {
    capacity: usize,
    entries: Mutex<Entries<N, T>>,
}

struct Entries<N, T> {
    clock: u64,
    by_name: HashMap<N, (u64, Cell<T>)>,
}

impl<N: Clone + Eq + Hash, T> Prepared<N, T> {
    /// Room for this many keys, at least one.
    pub(super) fn new(capacity: usize) -> Self {
        let entries = Entries { clock: 0, by_name: HashMap::new() };
        Self { capacity: capacity.max(1), entries: Mutex::new(entries) }
    }

    /// Uses the key, preparing it if it is not there. Neither preparing nor using holds the lock on
    /// other keys.
    pub(super) fn with<R>(
        &self,
        name: N,
        prepare: impl FnOnce() -> Option<T>,
        use_key: impl FnOnce(&T) -> R,
    ) -> Option<R> {
        let cell = self.cell(name);
        cell.get_or_init(prepare).as_ref().map(use_key)
    }

    fn cell(&self, name: N) -> Cell<T> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.clock += 1;
        let now = entries.clock;
        if let Some((used, cell)) = entries.by_name.get_mut(&name) {
            *used = now;
            return cell.clone();
        }
        if entries.by_name.len() >= self.capacity {
            let oldest = entries.by_name.iter().min_by_key(|(_, (used, _))| *used);
            if let Some(oldest) = oldest.map(|(name, _)| name.clone()) {
                entries.by_name.remove(&oldest);
            }
        }
        let cell = Cell::<T>::default();
        entries.by_name.insert(name, (now, cell.clone()));
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell as Counter;

    /// Uses the key named by one byte and says whether it had to be prepared.
    fn prepares(keys: &Prepared<u8, u8>, name: u8) -> bool {
        let prepared = Counter::new(false);
        let prepare = || {
            prepared.set(true);
            Some(name)
        };
        assert_eq!(keys.with(name, prepare, |key| *key), Some(name));
        prepared.get()
    }

    #[test]
    fn a_key_is_prepared_once() {
        let keys = Prepared::new(2);
        assert!(prepares(&keys, 1));
        assert!(!prepares(&keys, 1));
    }

    #[test]
    fn the_least_recently_used_key_makes_room() {
        let keys = Prepared::new(2);
        assert!(prepares(&keys, 1) && prepares(&keys, 2) && !prepares(&keys, 1));
        assert!(prepares(&keys, 3), "2 makes room");
        assert!(!prepares(&keys, 1));
        assert!(prepares(&keys, 2), "3 makes room");
        assert_eq!(keys.entries.lock().unwrap().by_name.len(), 2);
    }

    #[test]
    fn a_refused_key_stays_refused() {
        let keys = Prepared::<u8, u8>::new(2);
        assert_eq!(keys.with(1, || None, |key| *key), None);
        assert_eq!(keys.with(1, || panic!("it was tried"), |key| *key), None);
    }
}
