// SPDX-License-Identifier: Apache-2.0
//! Public keys with their tables, so that the second notice for an owner costs a fraction of the
//! first.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

/// The modulus and the generator of a public key, as bytes.
type KeyBytes = (Vec<u8>, Vec<u8>);

/// Prepared once by whoever comes first; `None` if the key was refused.
type Cell<T> = Arc<OnceLock<Option<T>>>;

/// Prepared keys, the least recently used of which makes room for a new one.
pub(super) struct PreparedKeys<T> {
    capacity: usize,
    entries: Mutex<Entries<T>>,
}

struct Entries<T> {
    clock: u64,
    by_key: HashMap<KeyBytes, (u64, Cell<T>)>,
}

impl<T> PreparedKeys<T> {
    /// Room for this many keys, at least one.
    pub(super) fn new(capacity: usize) -> Self {
        Self { capacity: capacity.max(1), entries: Mutex::new(Entries { clock: 0, by_key: HashMap::new() }) }
    }

    /// Uses the key (n, h), preparing it if it is not there. Neither preparing nor using holds the
    /// lock on other keys.
    pub(super) fn with<R>(
        &self,
        n: &[u8],
        h: &[u8],
        prepare: impl FnOnce() -> Option<T>,
        use_key: impl FnOnce(&T) -> R,
    ) -> Option<R> {
        let cell = self.cell((n.to_vec(), h.to_vec()));
        cell.get_or_init(prepare).as_ref().map(use_key)
    }

    fn cell(&self, key: KeyBytes) -> Cell<T> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.clock += 1;
        let now = entries.clock;
        if let Some((used, cell)) = entries.by_key.get_mut(&key) {
            *used = now;
            return cell.clone();
        }
        if entries.by_key.len() >= self.capacity {
            let oldest = entries.by_key.iter().min_by_key(|(_, (used, _))| *used).map(|(key, _)| key.clone());
            if let Some(oldest) = oldest {
                entries.by_key.remove(&oldest);
            }
        }
        let cell = Cell::<T>::default();
        entries.by_key.insert(key, (now, cell.clone()));
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell as Counter;

    /// Uses the key named by one byte and says whether it had to be prepared.
    fn prepares(keys: &PreparedKeys<u8>, name: u8) -> bool {
        let prepared = Counter::new(false);
        let prepare = || {
            prepared.set(true);
            Some(name)
        };
        assert_eq!(keys.with(&[name], &[], prepare, |key| *key), Some(name));
        prepared.get()
    }

    #[test]
    fn a_key_is_prepared_once() {
        let keys = PreparedKeys::new(2);
        assert!(prepares(&keys, 1));
        assert!(!prepares(&keys, 1));
    }

    #[test]
    fn the_least_recently_used_key_makes_room() {
        let keys = PreparedKeys::new(2);
        assert!(prepares(&keys, 1) && prepares(&keys, 2) && !prepares(&keys, 1));
        assert!(prepares(&keys, 3), "2 makes room");
        assert!(!prepares(&keys, 1));
        assert!(prepares(&keys, 2), "3 makes room");
        assert_eq!(keys.entries.lock().unwrap().by_key.len(), 2);
    }

    #[test]
    fn keys_that_join_to_the_same_bytes_differ() {
        let keys = PreparedKeys::new(4);
        assert_eq!(keys.with(&[1], &[2, 3], || Some(1), |key| *key), Some(1));
        assert_eq!(keys.with(&[1, 2], &[3], || Some(2), |key| *key), Some(2));
    }

    #[test]
    fn a_refused_key_stays_refused() {
        let keys = PreparedKeys::<u8>::new(2);
        assert_eq!(keys.with(&[1], &[], || None, |key| *key), None);
        assert_eq!(keys.with(&[1], &[], || panic!("it was tried"), |key| *key), None);
    }
}
