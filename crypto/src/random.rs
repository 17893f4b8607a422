// SPDX-License-Identifier: Apache-2.0
//! Uniform numbers from the operating system.

use crate::wipe::Secret;
use rug::{integer::Order, Integer};
use zeroize::Zeroizing;

/// The operating system gave no randomness.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the operating system gives no randomness")]
pub struct Unavailable;

/// Fills `bytes` with randomness.
pub(crate) fn fill(bytes: &mut [u8]) -> Result<(), Unavailable> {
    getrandom::fill(bytes).map_err(|_| Unavailable)
}

/// Uniform in [0, 2^bits), `bits` a multiple of 8.
pub(crate) fn bits(bits: u32) -> Result<Secret, Unavailable> {
    let mut bytes = Zeroizing::new(vec![0; bits as usize / 8]);
    fill(&mut bytes)?;
    Ok(Integer::from_digits(&bytes, Order::Msf).into())
}

/// Uniform in [1, bound), by rejection: what is thrown away says nothing about what is kept.
pub(crate) fn below(bound: &Integer) -> Result<Secret, Unavailable> {
    let width = bound.significant_bits();
    let mut bytes = Zeroizing::new(vec![0; width.div_ceil(8) as usize]);
    loop {
        fill(&mut bytes)?;
        if let Some(first) = bytes.first_mut() {
            *first &= u8::MAX >> ((8 - width % 8) % 8);
        }
        let value = Secret::from(Integer::from_digits(&bytes, Order::Msf));
        if !value.is_zero() && *value < *bound {
            return Ok(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_below_a_small_bound_comes_and_no_other() {
        for bound in [2, 5, 8, 200] {
            let mut seen = vec![0; bound];
            for _ in 0..bound * 60 {
                seen[below(&Integer::from(bound)).unwrap().to_usize().unwrap()] += 1;
            }
            assert_eq!(seen[0], 0);
            assert!(seen[1..].iter().all(|count| *count > 0), "{seen:?}");
        }
    }

    #[test]
    fn bits_stay_below_their_length() {
        assert!((0..50).all(|_| bits(16).unwrap().significant_bits() <= 16));
    }
}
