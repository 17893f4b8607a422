// SPDX-License-Identifier: Apache-2.0
//! Powers of one base, h_s, from a table: Lim and Lee's comb (CRYPTO '94).
//!
//! The exponent's bits are laid in [`TEETH`] rows of [`BLOCKS`] × `width` columns. Block b has a
//! table of the 2^TEETH products of h_s^(2^(t·columns + b·width)), t < TEETH. A power takes
//! `width` − 1 squarings and one product for each column.
//!
//! | n, bits | α, bits | table | squarings + products |
//! |---|---|---|---|
//! | 2048 | 384 | 66 kB | 19 + 80 |
//! | 3072 | 448 | 98 kB | 22 + 92 |
//! | 4096 | 512 | 131 kB | 25 + 104 |

use crate::wipe::Secret;
use crypto_bigint::{
    ctutils::{CtAssign, CtEq},
    modular::{BoxedMontyForm, BoxedMontyParams},
    BoxedUint, MontyForm, MontyMultiplier, Odd,
};
use rug::{integer::Order, Integer};
use zeroize::Zeroize;

type Multiplier<'a> = <BoxedMontyForm as MontyForm>::Multiplier<'a>;

const TEETH: u32 = 5;
const BLOCKS: u32 = 4;

/// The table of a base modulo an odd modulus, for exponents of a bounded length.
pub(super) struct FixedBase {
    parameters: BoxedMontyParams,
    width: u32,
    /// One table a block, in Montgomery form, indexed by the bits of a column.
    blocks: Vec<Vec<BoxedMontyForm>>,
}

impl FixedBase {
    /// The table for exponents below 2^`bits`. `modulus` is odd and `base` below it; neither is
    /// secret. `None` for an even modulus.
    pub(super) fn new(base: &Integer, modulus: &Integer, bits: u32) -> Option<Self> {
        let modulus: Option<Odd<BoxedUint>> = Odd::new(to_boxed(modulus, modulus)).into();
        let parameters = BoxedMontyParams::new_vartime(modulus?);
        let width = bits.div_ceil(TEETH * BLOCKS);
        let columns = BLOCKS * width;
        // The value of each tooth of each block: h_s^(2^(t·columns + b·width)).
        let mut power = BoxedMontyForm::new(to_boxed(base, &from_boxed(parameters.modulus())), &parameters);
        let mut teeth: Vec<Vec<BoxedMontyForm>> = (0..BLOCKS).map(|_| Vec::new()).collect();
        for position in 0..TEETH * columns {
            if position % width == 0 {
                let block = position % columns / width;
                teeth.get_mut(block as usize)?.push(power.clone());
            }
            power = power.square();
        }
        let blocks = teeth
            .into_iter()
            .map(|teeth| {
                let mut table = vec![BoxedMontyForm::one(&parameters)];
                for tooth in teeth {
                    table.extend(table.clone().iter().map(|entry| entry.mul(&tooth)));
                }
                table
            })
            .collect();
        Some(Self { parameters, width, blocks })
    }

    /// base^`exponent` · `factor` mod modulus; `exponent` below 2^bits, `factor` below the modulus.
    ///
    /// Constant-time in both: every entry of a table is read whichever is used, and products are
    /// Montgomery's.
    pub(super) fn power_times(&self, exponent: &Secret, factor: &Secret) -> Integer {
        let columns = BLOCKS * self.width;
        let mut multiplier = Multiplier::from(&self.parameters);
        let mut power = BoxedMontyForm::one(&self.parameters);
        let mut chosen = BoxedMontyForm::zero(&self.parameters);
        for step in (0..self.width).rev() {
            if step + 1 != self.width {
                multiplier.square_assign(&mut power);
            }
            for (block, table) in (0..).zip(&self.blocks) {
                let column = block * self.width + step;
                let index = (0..TEETH).fold(0, |index, tooth| {
                    index | u32::from(exponent.get_bit(tooth * columns + column)) << tooth
                });
                select(table, index, &mut chosen);
                multiplier.mul_assign(&mut power, &chosen);
            }
        }
        // A Montgomery product of the power, in Montgomery form, and a plain factor is plain.
        let modulus = from_boxed(self.parameters.modulus());
        let mut factor = BoxedMontyForm::from_montgomery(to_boxed(factor, &modulus), &self.parameters);
        multiplier.mul_assign(&mut power, &factor);
        factor.zeroize();
        chosen.zeroize();
        from_boxed(power.as_montgomery())
    }
}

/// `chosen` = `table[index]`, reading every entry.
fn select(table: &[BoxedMontyForm], index: u32, chosen: &mut BoxedMontyForm) {
    for (position, entry) in (0u32..).zip(table) {
        chosen.as_montgomery_mut().ct_assign(entry.as_montgomery(), position.ct_eq(&index));
    }
}

/// `value`, which is at most as long as `modulus`, at the modulus' length.
fn to_boxed(value: &Integer, modulus: &Integer) -> BoxedUint {
    let bits = modulus.significant_bits();
    let mut bytes = vec![0u8; bits.div_ceil(8) as usize];
    value.write_digits(&mut bytes, Order::Msf);
    let boxed = BoxedUint::from_be_slice_truncated(&bytes, bits);
    bytes.zeroize();
    boxed
}

fn from_boxed(value: &BoxedUint) -> Integer {
    Integer::from_digits(&value.to_be_bytes(), Order::Msf)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn integer(bytes: &[u8]) -> Integer {
        Integer::from_digits(bytes, Order::Msf)
    }

    fn check(base: &Integer, modulus: &Integer, bits: u32, exponents: &[Integer]) {
        let table = FixedBase::new(base, modulus, bits).unwrap();
        for exponent in exponents {
            let factor = Integer::from(modulus - 2u32);
            let expected = Integer::from(base.pow_mod_ref(exponent, modulus).unwrap()) * &factor % modulus;
            let found = table.power_times(&exponent.clone().into(), &factor.into());
            assert_eq!(found, expected, "exponent {exponent}");
        }
    }

    #[test]
    fn edges_of_the_exponent() {
        let modulus = integer(&[0xe7; 64]);
        for bits in [384, 448, 512] {
            let top = Integer::from(1) << bits;
            let edges = [Integer::new(), Integer::from(1), Integer::from(&top >> 1), top - 1u32];
            check(&integer(&[0x5c; 64]), &modulus, bits, &edges);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn equals_the_plain_power(
            base in proptest::collection::vec(any::<u8>(), 48),
            mut modulus in proptest::collection::vec(any::<u8>(), 48),
            exponent in proptest::collection::vec(any::<u8>(), 0..=56),
        ) {
            modulus[0] |= 0x80;
            modulus[47] |= 1;
            let modulus = integer(&modulus);
            check(&(integer(&base) % &modulus), &modulus, 448, &[integer(&exponent)]);
        }
    }
}
