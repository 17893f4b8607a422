// SPDX-License-Identifier: Apache-2.0
//! The 48 half-hours of a meter-day as one plaintext (paper III.C), whose ciphertexts add up by
//! half-hour.
//!
//! m = Σ energy(i)·2^(56·i) + nonce·2^2688, i = 0 … 47; 2,840 bits, 355 bytes big-endian:
//!
//! | Bytes | Content |
//! |---|---|
//! | 0 … 2 | guard bits above the nonce, 0 |
//! | 3 … 18 | nonce |
//! | 19 + 7·k … 25 + 7·k, k = 0 … 47 | half-hour 47 − k: three bytes of guard bits, 0, and four of Wh |
//!
//! M* = SHA-256 of these bytes. The nonce hides a day that can be guessed behind M*.
//!
//! The product of up to [`MAX_SUMMED`] ciphertexts under one key is a ciphertext of the sum of their
//! plaintexts. The guard bits keep every slot's carry in the slot, and the sum stays below a modulus
//! of 3072 or 4096 bits; one of 2048 holds no meter-day.

use dmsm_primitives::records::SLOTS;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Bytes of a packed meter-day.
pub const PACKED_BYTES: usize = GUARD + NONCE + SLOTS * SLOT;
/// Most packed plaintexts whose sum keeps every half-hour apart.
pub const MAX_SUMMED: u32 = 1 << (8 * GUARD);

/// Bytes of guard bits, in each slot and above the nonce.
const GUARD: usize = 3;
const NONCE: usize = 16;
/// Bytes of a slot.
const SLOT: usize = GUARD + 4;

/// Why something is no meter-day, or no sum of some.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Error {
    /// Not as many values as half-hours.
    #[error("{found} half-hours where 48 are due")]
    HalfHours {
        /// Values that were given.
        found: usize,
    },
    /// A value is negative, or above 2^32 − 1 Wh.
    #[error("the energy of half-hour {slot} does not fit its slot")]
    SlotOverflow {
        /// The half-hour, 0 … 47.
        slot: usize,
    },
    /// A plaintext is too short.
    #[error("plaintext of {found} bytes where 355 are due")]
    Length {
        /// Bytes that were given.
        found: usize,
    },
    /// A plaintext is 2^2840 or more.
    #[error("plaintext above a packed meter-day")]
    Overflow,
    /// A half-hour has more than so many meter-days give; of one meter-day, a guard bit is set.
    #[error("guard bits of half-hour {slot} are set")]
    GuardBits {
        /// The half-hour, 0 … 47.
        slot: usize,
    },
    /// The nonce is more than so many nonces give; of one meter-day, a guard bit is set.
    #[error("guard bits of the nonce are set")]
    NonceGuardBits,
    /// A sum of no meter-days, or of more than [`MAX_SUMMED`].
    #[error("a sum of {count} meter-days; 1 to 2^24 keep their half-hours apart")]
    Count {
        /// Meter-days of the sum.
        count: u32,
    },
}

/// What is packed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MeterDay {
    /// Energy used in each half-hour, Wh; 0 for one without readings.
    pub energy: [u32; SLOTS],
    /// Hides the energies behind M*.
    pub nonce: [u8; 16],
}

/// The energies of a meter-day from any integers, Wh.
///
/// Errors: [`Error::HalfHours`] unless there are 48, [`Error::SlotOverflow`] for one below 0 or above
/// 2^32 − 1.
pub fn energies<T: Copy + TryInto<u32>>(values: &[T]) -> Result<[u32; SLOTS], Error> {
    let values: &[T; SLOTS] = values.try_into().map_err(|_| Error::HalfHours { found: values.len() })?;
    let mut energies = [0; SLOTS];
    for (slot, (energy, value)) in energies.iter_mut().zip(values).enumerate() {
        *energy = (*value).try_into().map_err(|_| Error::SlotOverflow { slot })?;
    }
    Ok(energies)
}

/// A packed meter-day m. Wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Packed(Zeroizing<[u8; PACKED_BYTES]>);

impl Packed {
    /// m, big-endian.
    pub fn as_bytes(&self) -> &[u8; PACKED_BYTES] {
        &self.0
    }

    /// M* = SHA-256(m).
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.as_bytes()).into()
    }
}

impl core::fmt::Debug for Packed {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Packed(<redacted>)")
    }
}

/// Packs a meter-day.
pub fn pack(day: &MeterDay) -> Packed {
    let mut packed = Packed(Zeroizing::new([0; PACKED_BYTES]));
    let (head, slots) = packed.0.split_at_mut(GUARD + NONCE);
    head.iter_mut().skip(GUARD).zip(day.nonce).for_each(|(to, from)| *to = from);
    for (slot, energy) in slots.chunks_exact_mut(SLOT).rev().zip(day.energy) {
        slot.iter_mut().skip(GUARD).zip(energy.to_be_bytes()).for_each(|(to, from)| *to = from);
    }
    packed
}

/// The meter-day of a plaintext: 355 bytes, or more behind zeros, as decryption gives them.
///
/// Errors: [`Error::Length`], [`Error::Overflow`], [`Error::GuardBits`], [`Error::NonceGuardBits`].
pub fn unpack(plaintext: &[u8]) -> Result<MeterDay, Error> {
    let Sum { energy, nonce: (_, nonce) } = Sum::of(plaintext, 1)?;
    Ok(MeterDay { energy: energies(&energy)?, nonce: nonce.to_be_bytes() })
}

/// What the plaintext of a sum holds: for each half-hour the energy of all meters together, Wh.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Totals(pub [u64; SLOTS]);

impl Totals {
    /// The totals of a plaintext that is the sum of `count` packed meter-days: 355 bytes, or more
    /// behind zeros.
    ///
    /// Errors: [`Error::Count`], [`Error::Length`], [`Error::Overflow`]; [`Error::GuardBits`] for a
    /// half-hour above `count`·(2^32 − 1), [`Error::NonceGuardBits`] for a nonce above
    /// `count`·(2^128 − 1).
    pub fn of(plaintext: &[u8], count: u32) -> Result<Self, Error> {
        Sum::of(plaintext, count).map(|sum| Self(sum.energy))
    }
}

/// A sum of packed meter-days, within its bounds.
struct Sum {
    energy: [u64; SLOTS],
    /// The guard bits, and the 128 below.
    nonce: (u32, u128),
}

impl Sum {
    fn of(plaintext: &[u8], count: u32) -> Result<Self, Error> {
        if !(1..=MAX_SUMMED).contains(&count) {
            return Err(Error::Count { count });
        }
        let surplus =
            plaintext.len().checked_sub(PACKED_BYTES).ok_or(Error::Length { found: plaintext.len() })?;
        let (zeros, packed) = plaintext.split_at(surplus);
        if zeros.iter().any(|byte| *byte != 0) {
            return Err(Error::Overflow);
        }
        let (head, slots) = packed.split_at(GUARD + NONCE);
        let (guard, nonce) = head.split_at(GUARD);
        let mut energy = [0; SLOTS];
        for (slot, (energy, bytes)) in energy.iter_mut().zip(slots.chunks_exact(SLOT).rev()).enumerate() {
            *energy = number(bytes) as u64;
            if *energy > u64::from(count) * u64::from(u32::MAX) {
                return Err(Error::GuardBits { slot });
            }
        }
        let (guard, nonce) = (number(guard) as u32, number(nonce));
        // count·(2^128 − 1) = (count − 1)·2^128 + (2^128 − count)
        let (most, last) = (count - 1, u128::MAX - u128::from(count - 1));
        if (guard, nonce) > (most, last) {
            return Err(Error::NonceGuardBits);
        }
        Ok(Self { energy, nonce: (guard, nonce) })
    }
}

/// At most 16 bytes, big-endian.
fn number(bytes: &[u8]) -> u128 {
    bytes.iter().fold(0, |number, byte| number << 8 | u128::from(*byte))
}
