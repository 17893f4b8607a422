// SPDX-License-Identifier: Apache-2.0
//! Chance that can be had again.

use std::ops::Range;

/// Numbers that look random and follow from a seed (SplitMix64).
pub struct Dice(u64);

impl Dice {
    /// From `DMSM_TEST_SEED` if it is set, else from `usual`. Says which.
    pub fn seeded(usual: u64) -> Self {
        let seed = std::env::var("DMSM_TEST_SEED").ok();
        let seed = seed.map_or(usual, |text| text.parse().expect("DMSM_TEST_SEED is a number"));
        eprintln!("seed {seed}");
        Self(seed)
    }

    /// A number of a range that is not empty.
    pub fn within(&mut self, range: Range<u64>) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        range.start + (bits ^ (bits >> 31)) % (range.end - range.start)
    }

    /// Puts things in another order.
    pub fn shuffle<T>(&mut self, things: &mut [T]) {
        for last in (1..things.len()).rev() {
            things.swap(last, self.within(0..last as u64 + 1) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_again() {
        let throw = || {
            let mut dice = Dice(7);
            let mut things = [1, 2, 3, 4, 5, 6];
            dice.shuffle(&mut things);
            (things, dice.within(10..20))
        };
        let (mut things, number) = throw();
        assert_eq!((things, number), throw());
        assert!((10..20).contains(&number));
        things.sort();
        assert_eq!(things, [1, 2, 3, 4, 5, 6]);
    }
}
