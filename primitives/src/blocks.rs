// SPDX-License-Identifier: Apache-2.0
//! Long messages in Paillier plaintexts: cut into blocks, each one ciphertext, with order and
//! length bound inside.
//!
//! A block for a modulus of k bytes has k − 1 bytes, so it is below every such modulus:
//!
//! | Bytes | Content |
//! |---|---|
//! | 1 | version, 1 |
//! | 2 | index of this block, big-endian |
//! | 2 | count of blocks, big-endian, at least 1 |
//! | 2 | length of the payload, big-endian; all blocks but the last are full |
//! | k − 8 | payload, then zeros |

use alloc::vec::Vec;

const VERSION: u8 = 1;
const HEADER: usize = 7;

/// Why blocks are refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Malformed {
    /// A message longer than `u16::MAX` blocks, or a modulus shorter than the header.
    Length,
    /// Not a block of this version and size, or padding that is not zero.
    Block,
    /// Blocks missing, doubled, out of order or of another message.
    Order,
}

impl core::fmt::Display for Malformed {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Length => "message too long for its key",
            Self::Block => "not a message block",
            Self::Order => "blocks missing, doubled or out of order",
        })
    }
}

impl core::error::Error for Malformed {}

/// Payload bytes of one block under a modulus of `modulus_bytes`.
pub const fn capacity(modulus_bytes: usize) -> usize {
    modulus_bytes.saturating_sub(1 + HEADER)
}

/// Cuts a message into plaintexts of `modulus_bytes - 1` bytes, big-endian. An empty message is
/// one block.
pub fn split(message: &[u8], modulus_bytes: usize) -> Result<Vec<Vec<u8>>, Malformed> {
    let capacity = capacity(modulus_bytes);
    if capacity == 0 {
        return Err(Malformed::Length);
    }
    let count = u16::try_from(message.len().div_ceil(capacity).max(1)).map_err(|_| Malformed::Length)?;
    let mut rest = message;
    Ok((0..count)
        .map(|index| {
            let (payload, tail) = rest.split_at(rest.len().min(capacity));
            rest = tail;
            let mut block = Vec::with_capacity(modulus_bytes - 1);
            block.push(VERSION);
            block.extend_from_slice(&index.to_be_bytes());
            block.extend_from_slice(&count.to_be_bytes());
            block.extend_from_slice(&(payload.len() as u16).to_be_bytes());
            block.extend_from_slice(payload);
            block.resize(modulus_bytes - 1, 0);
            block
        })
        .collect())
}

/// The message of all its blocks in order, each of `modulus_bytes - 1` bytes.
pub fn join<B: AsRef<[u8]>>(blocks: &[B], modulus_bytes: usize) -> Result<Vec<u8>, Malformed> {
    let capacity = capacity(modulus_bytes);
    let mut message = Vec::new();
    for (position, block) in blocks.iter().enumerate() {
        let block = block.as_ref();
        if capacity == 0 || block.len() != modulus_bytes - 1 {
            return Err(Malformed::Block);
        }
        let [version, index @ .., _, _, _, _] =
            <[u8; HEADER]>::try_from(&block[..HEADER]).map_err(|_| Malformed::Block)?;
        let count = u16::from_be_bytes([block[3], block[4]]);
        let length = usize::from(u16::from_be_bytes([block[5], block[6]]));
        let (payload, padding) = block[HEADER..].split_at_checked(length).ok_or(Malformed::Block)?;
        if version != VERSION || padding.iter().any(|byte| *byte != 0) {
            return Err(Malformed::Block);
        }
        let last = position + 1 == blocks.len();
        if usize::from(u16::from_be_bytes(index)) != position || usize::from(count) != blocks.len() {
            return Err(Malformed::Order);
        }
        if !last && length != capacity {
            return Err(Malformed::Block);
        }
        message.extend_from_slice(payload);
    }
    if blocks.is_empty() {
        return Err(Malformed::Order);
    }
    Ok(message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lengths_at_each_side_of_a_block_boundary_round_trip() {
        for length in [0, 1, 247, 248, 249, 495, 496, 497, 20_000] {
            let message = alloc::vec![0xa5; length];
            let blocks = split(&message, 256).unwrap();
            assert_eq!(blocks.len(), length.div_ceil(248).max(1));
            assert_eq!(join(&blocks, 256).unwrap(), message);
        }
    }

    #[test]
    fn refuses_missing_doubled_and_swapped_blocks() {
        let blocks = split(&[7; 700], 256).unwrap();
        assert_eq!(join(&blocks[..2], 256), Err(Malformed::Order));
        assert_eq!(join(&[&blocks[0], &blocks[0], &blocks[2]], 256), Err(Malformed::Order));
        assert_eq!(join(&[&blocks[1], &blocks[0], &blocks[2]], 256), Err(Malformed::Order));
        assert_eq!(join::<Vec<u8>>(&[], 256), Err(Malformed::Order));
    }

    #[test]
    fn refuses_what_is_no_block() {
        let block = split(&[7; 9], 256).unwrap().remove(0);
        for (position, value) in [(0, 2), (5, 255), (254, 1)] {
            let mut wrong = block.clone();
            wrong[position] = value;
            assert_eq!(join(&[wrong], 256), Err(Malformed::Block), "byte {position}");
        }
        assert_eq!(join(&[&block[1..]], 256), Err(Malformed::Block));
        assert_eq!(split(&[1], 8), Err(Malformed::Length));
        assert_eq!(split(&alloc::vec![0; 65_536], 9), Err(Malformed::Length));
    }

    proptest! {
        #[test]
        fn every_message_round_trips(message in proptest::collection::vec(any::<u8>(), 0..3000), bytes in 9usize..520) {
            let blocks = split(&message, bytes).unwrap();
            prop_assert_eq!(join(&blocks, bytes).unwrap(), message);
        }

        #[test]
        fn any_bytes_are_refused_without_panic(blocks: Vec<Vec<u8>>, bytes in 0usize..64) {
            let _ = join(&blocks, bytes);
        }
    }
}
