// SPDX-License-Identifier: Apache-2.0
//! Uniform numbers, from the operating system or from a seed.

use crate::wipe::Secret;
use chacha20::{
    cipher::{KeyIvInit, StreamCipher},
    ChaCha20,
};
use rug::{integer::Order, Integer};
use zeroize::Zeroizing;

/// No randomness is to be had.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the operating system gives no randomness")]
pub struct Unavailable;

/// Where uniform bytes come from.
pub(crate) trait Source {
    /// Fills `bytes`.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), Unavailable>;

    /// Uniform in [0, 2^bits), `bits` a multiple of 8: as many bytes, big-endian.
    fn bits(&mut self, bits: u32) -> Result<Secret, Unavailable> {
        let mut bytes = Zeroizing::new(vec![0; bits as usize / 8]);
        self.fill(&mut bytes)?;
        Ok(Integer::from_digits(&bytes, Order::Msf).into())
    }

    /// Uniform in [1, bound), by rejection: what is thrown away says nothing about what is kept.
    /// Each try takes as many bytes as the bound has, big-endian, and leaves out the bits that are
    /// above the bound's highest.
    fn below(&mut self, bound: &Integer) -> Result<Secret, Unavailable> {
        let width = bound.significant_bits();
        let mut bytes = Zeroizing::new(vec![0; width.div_ceil(8) as usize]);
        loop {
            self.fill(&mut bytes)?;
            if let Some(first) = bytes.first_mut() {
                *first &= u8::MAX >> ((8 - width % 8) % 8);
            }
            let value = Secret::from(Integer::from_digits(&bytes, Order::Msf));
            if !value.is_zero() && *value < *bound {
                return Ok(value);
            }
        }
    }
}

/// The operating system.
pub(crate) struct System;

impl Source for System {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), Unavailable> {
        getrandom::fill(bytes).map_err(|_| Unavailable)
    }
}

/// The key stream of ChaCha20 (RFC 8439) under a secret key, nonce 0, from block 0 on: the same
/// bytes for the same key, whatever the version of a library. Wiped when dropped.
pub(crate) struct Stream(ChaCha20);

impl Stream {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(ChaCha20::new(key.into(), &[0; 12].into()))
    }
}

impl Source for Stream {
    /// Fails after 256 GiB.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), Unavailable> {
        bytes.fill(0);
        self.0.try_apply_keystream(bytes).map_err(|_| Unavailable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_below_a_small_bound_comes_and_no_other() {
        let stream = &mut Stream::new(&[7; 32]);
        for source in [&mut System as &mut dyn Source, stream] {
            for bound in [2, 5, 8, 200] {
                let mut seen = vec![0; bound];
                for _ in 0..bound * 60 {
                    seen[source.below(&Integer::from(bound)).unwrap().to_usize().unwrap()] += 1;
                }
                assert_eq!(seen[0], 0);
                assert!(seen[1..].iter().all(|count| *count > 0), "{seen:?}");
            }
        }
    }

    #[test]
    fn bits_stay_below_their_length() {
        assert!((0..50).all(|_| System.bits(16).unwrap().significant_bits() <= 16));
    }

    /// RFC 8439, appendix A.1, test vectors 1 and 2: the blocks 0 and 1 of the zero key.
    #[test]
    fn a_stream_is_chacha20() {
        let mut stream = Stream::new(&[0; 32]);
        let mut read = |length| {
            let mut bytes = vec![0x55; length];
            stream.fill(&mut bytes).unwrap();
            hex::encode(bytes)
        };
        assert_eq!(read(5), "76b8e0ada0");
        assert_eq!(read(11), "f13d90405d6ae55386bd28");
        assert!(read(48).ends_with("86"));
        assert_eq!(read(16), "9f07e7be5551387a98ba977c732d080d");
    }
}
