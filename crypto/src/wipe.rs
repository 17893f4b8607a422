// SPDX-License-Identifier: Apache-2.0
//! Integers that are overwritten before their memory goes back to the allocator.

use core::{fmt, ops::Deref};
use rug::{integer::Order, Integer};
use zeroize::ZeroizeOnDrop;

/// A secret integer: overwritten on drop, never shown.
pub(crate) struct Secret(Integer);

impl Secret {
    /// The integer; whoever takes it wipes it.
    pub(crate) fn into_inner(mut self) -> Integer {
        core::mem::take(&mut self.0)
    }

    /// The integer, big-endian, in exactly `length` bytes; it must fit.
    pub(crate) fn to_bytes(&self, length: usize) -> zeroize::Zeroizing<Vec<u8>> {
        let mut bytes = zeroize::Zeroizing::new(vec![0; length]);
        self.0.write_digits(&mut bytes, Order::Msf);
        bytes
    }
}

impl From<Integer> for Secret {
    fn from(value: Integer) -> Self {
        Self(value)
    }
}

impl Deref for Secret {
    type Target = Integer;
    fn deref(&self) -> &Integer {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<secret>")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        fill(&mut self.0);
    }
}

impl ZeroizeOnDrop for Secret {}

/// Writes ones over every allocated bit. The writes stay: `mpz_clear`, which follows, is foreign
/// code that the compiler must assume to read them.
fn fill(value: &mut Integer) {
    value.assign_digits(&vec![u8::MAX; value.capacity() / 8], Order::Lsf);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limb_is_overwritten_in_place() {
        let mut value: Integer = (Integer::from(1) << 1535) + 12_345;
        value.reserve(4096);
        value -= Integer::from(1) << 1535; // the high limbs still hold what was there
        let (capacity, place) = (value.capacity(), value.as_limbs().as_ptr());
        fill(&mut value);
        assert_eq!(value.as_limbs().as_ptr(), place);
        assert_eq!(value.as_limbs().len() * 64, capacity);
        assert!(value.as_limbs().iter().all(|limb| *limb == u64::MAX));
    }

    #[test]
    fn an_empty_integer_is_wiped() {
        fill(&mut Integer::new());
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Secret::from(Integer::from(77))), "<secret>");
    }
}
