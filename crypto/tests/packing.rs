// SPDX-License-Identifier: Apache-2.0
//! Packed meter-days: known answers, the whole domain, sums under encryption.
#![allow(missing_docs)]

mod common;

use common::*;
use dmsm_crypto::{
    packing::{energies, pack, unpack, Error, MeterDay, Totals, MAX_SUMMED, PACKED_BYTES},
    paillier::{Ciphertext, Error as PaillierError, SecretKey},
};
use dmsm_primitives::records::SLOTS;
use proptest::prelude::*;
use rug::Integer;

const LARGEST: MeterDay = MeterDay { energy: [u32::MAX; SLOTS], nonce: [0xff; 16] };

/// A key as data keys are: of 3072 bits.
fn data_key() -> &'static SecretKey {
    &KEYS[2]
}

/// Energies of any size, the edges often.
fn meter_day() -> impl Strategy<Value = MeterDay> {
    let energy = prop_oneof![1 => Just(0), 1 => Just(u32::MAX), 4 => any::<u32>()];
    let nonce = prop_oneof![1 => Just([0; 16]), 1 => Just([0xff; 16]), 4 => any::<[u8; 16]>()];
    (proptest::collection::vec(energy, SLOTS), nonce)
        .prop_map(|(energy, nonce)| MeterDay { energy: energy.try_into().unwrap(), nonce })
}

fn integer_of(day: &MeterDay) -> Integer {
    integer(pack(day).as_bytes())
}

fn encrypted(day: &MeterDay) -> Ciphertext {
    data_key().encrypt(pack(day).as_bytes()).unwrap()
}

/// The product of each ciphertext so often: the sum of their plaintexts.
fn product<'a>(days: impl IntoIterator<Item = (&'a MeterDay, u32)>) -> Vec<u8> {
    let public = data_key().public();
    let multiples = days
        .into_iter()
        .map(|(day, times)| public.multiply(&encrypted(day), &times.to_be_bytes()).unwrap())
        .collect::<Vec<_>>();
    data_key().decrypt(&public.sum(&multiples).unwrap()).unwrap().to_vec()
}

fn days_of(vectors: &PackingVectors) -> Vec<MeterDay> {
    let day = |day: &PackedDay| MeterDay { energy: energies(&day.energy).unwrap(), nonce: array(&day.nonce) };
    vectors.days.iter().map(day).collect()
}

#[test]
fn packed_days_are_those_of_python() {
    let vectors: PackingVectors = vectors("packing.json");
    for (day, vector) in days_of(&vectors).iter().zip(&vectors.days) {
        let packed = pack(day);
        assert_eq!(hex::encode(packed.as_bytes()), vector.plaintext);
        assert_eq!(hex::encode(packed.digest()), vector.digest);
        assert_eq!(unpack(packed.as_bytes()), Ok(*day));
    }
}

#[test]
fn a_product_of_ciphertexts_holds_the_totals_of_python() {
    let vectors: PackingVectors = vectors("packing.json");
    let days = days_of(&vectors);
    let sum = product(days.iter().zip(vectors.times.iter().copied()));
    assert_eq!(integer(&sum), integer(&bytes(&vectors.sum)));
    let count = vectors.times.iter().sum();
    assert_eq!(Totals::of(&sum, count).unwrap().0.to_vec(), vectors.totals);
    assert_eq!(Totals::of(&bytes(&vectors.sum), count).unwrap().0.to_vec(), vectors.totals);
}

#[test]
fn the_largest_sum_keeps_its_half_hours_apart_and_one_more_is_refused() {
    let sum = product([(&LARGEST, MAX_SUMMED)]);
    let most = u64::from(MAX_SUMMED) * u64::from(u32::MAX);
    assert_eq!(Totals::of(&sum, MAX_SUMMED), Ok(Totals([most; SLOTS])));
    assert_eq!(Totals::of(&sum, MAX_SUMMED - 1), Err(Error::GuardBits { slot: 0 }));
    // The slots are bounded by what they hold, and so is the nonce.
    let nonces = product([(&MeterDay { energy: [0; SLOTS], ..LARGEST }, MAX_SUMMED)]);
    assert_eq!(Totals::of(&nonces, MAX_SUMMED), Ok(Totals([0; SLOTS])));
    assert_eq!(Totals::of(&nonces, MAX_SUMMED - 1), Err(Error::NonceGuardBits));
    for count in [0, MAX_SUMMED + 1, u32::MAX] {
        assert_eq!(Totals::of(&sum, count), Err(Error::Count { count }));
    }
}

#[test]
fn a_sum_is_refused_when_it_is_above_all_bounds() {
    let largest = integer_of(&LARGEST);
    let above = |by: Integer| Totals::of(&wide(&(Integer::from(&largest * 3) + by), PACKED_BYTES), 3);
    assert_eq!(above(Integer::new()), Ok(Totals([3 * u64::from(u32::MAX); SLOTS])));
    for slot in 0..SLOTS {
        assert_eq!(above(Integer::from(1) << (56 * slot)), Err(Error::GuardBits { slot }));
    }
    assert_eq!(above(Integer::from(1) << 2688), Err(Error::NonceGuardBits));
    assert_eq!(above(Integer::from(1) << 2816), Err(Error::NonceGuardBits));
    assert_eq!(above(Integer::from(1) << 2839), Err(Error::NonceGuardBits));
}

#[test]
fn unpack_fails_when_any_guard_bit_is_set() {
    let packed = integer_of(&MeterDay { energy: [7; SLOTS], nonce: [7; 16] });
    for bit in 0..8 * PACKED_BYTES as u32 {
        let mut changed = packed.clone();
        changed.toggle_bit(bit);
        let found = unpack(&wide(&changed, PACKED_BYTES));
        let expected = match bit {
            2816.. => Some(Error::NonceGuardBits),
            bit if bit < 2688 && bit % 56 >= 32 => Some(Error::GuardBits { slot: bit as usize / 56 }),
            _ => None,
        };
        assert_eq!(found.err(), expected, "bit {bit}");
    }
}

#[test]
fn unpack_takes_zeros_in_front_and_nothing_else() {
    let day = MeterDay { energy: [9; SLOTS], nonce: [9; 16] };
    let packed = pack(&day).as_bytes().to_vec();
    for length in [356, 384, 512] {
        let mut long = vec![0; length - PACKED_BYTES];
        long.extend(&packed);
        assert_eq!(unpack(&long), Ok(day));
        for position in 0..length - PACKED_BYTES {
            long[position] = 1;
            assert_eq!(unpack(&long), Err(Error::Overflow));
            long[position] = 0;
        }
    }
    for found in [0, 1, 354] {
        assert_eq!(unpack(&packed[..found]), Err(Error::Length { found }));
    }
}

#[test]
fn energies_fail_when_one_does_not_fit_or_their_number_is_wrong() {
    for found in [0, 1, 47, 49, 100] {
        assert_eq!(energies(&vec![0u64; found]), Err(Error::HalfHours { found }));
    }
    for slot in [0, 23, 47] {
        for wrong in [-1, i64::MIN, i64::MAX, 1 << 32] {
            let mut values = [0i64; SLOTS];
            values[slot] = wrong;
            assert_eq!(energies(&values), Err(Error::SlotOverflow { slot }));
        }
    }
    assert_eq!(energies(&[i64::from(u32::MAX); SLOTS]), Ok([u32::MAX; SLOTS]));
    assert_eq!(energies(&[u64::from(u32::MAX); SLOTS]), Ok([u32::MAX; SLOTS]));
}

#[test]
fn a_modulus_of_2048_bits_holds_no_meter_day() {
    let packed = pack(&MeterDay { energy: [0; SLOTS], nonce: [0; 16] });
    assert_eq!(key().encrypt(packed.as_bytes()), Err(PaillierError::PlaintextOutOfRange));
}

#[test]
fn a_packed_day_is_not_shown() {
    assert_eq!(format!("{:?}", pack(&LARGEST)), "Packed(<redacted>)");
}

proptest! {
    #[test]
    fn what_is_packed_comes_out_and_lies_where_the_formula_says(day in meter_day()) {
        let packed = pack(&day);
        let mut m = integer(&day.nonce) << 2688;
        for (slot, energy) in day.energy.iter().enumerate() {
            m += Integer::from(*energy) << (56 * slot);
        }
        prop_assert_eq!(integer(packed.as_bytes()), m);
        prop_assert_eq!(unpack(packed.as_bytes()), Ok(day));
        prop_assert_eq!(Totals::of(packed.as_bytes(), 1), Ok(Totals(day.energy.map(u64::from))));
    }

    #[test]
    fn other_days_have_other_digests(one in meter_day(), other in meter_day()) {
        prop_assert_eq!(one == other, pack(&one).digest() == pack(&other).digest());
    }

    #[test]
    fn any_bytes_are_unpacked_without_panic(bytes: Vec<u8>, count: u32) {
        let _ = unpack(&bytes);
        let _ = Totals::of(&bytes, count);
    }

    #[test]
    fn any_long_bytes_are_a_meter_day_that_packs_to_them_or_none(
        day in meter_day(),
        position in 0..PACKED_BYTES,
        byte: u8,
    ) {
        let mut bytes = *pack(&day).as_bytes();
        bytes[position] = byte;
        if let Ok(day) = unpack(&bytes) {
            prop_assert!(*pack(&day).as_bytes() == bytes);
        }
    }
}

proptest! {
    // Each case encrypts, multiplies and decrypts under 3072 bits.
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn sums_of_ciphertexts_are_the_sums_of_each_half_hour(
        days in proptest::collection::vec((meter_day(), 1..=MAX_SUMMED / 4), 1..=4),
    ) {
        let sum = product(days.iter().map(|(day, times)| (day, *times)));
        let count = days.iter().map(|(_, times)| times).sum();
        let total = |slot: usize| -> u64 {
            days.iter().map(|(day, times)| u64::from(day.energy[slot]) * u64::from(*times)).sum()
        };
        prop_assert_eq!(Totals::of(&sum, count), Ok(Totals(std::array::from_fn(total))));
    }
}
