// SPDX-License-Identifier: Apache-2.0
//! Messages of any length as ciphertexts one after another; the layout of their plaintexts is
//! [`dmsm_primitives::blocks`].

use super::{Ciphertext, Error, PublicKey, SecretKey};
use dmsm_primitives::blocks;
use zeroize::Zeroizing;

/// Most blocks of one message: 385 kB under a key of 3072 bits, some ten seconds to decrypt.
pub const MAX_MESSAGE_BLOCKS: usize = 1024;

fn encrypt_blocks(
    message: &[u8],
    key: &PublicKey,
    encrypt: impl Fn(&[u8]) -> Result<Ciphertext, Error>,
) -> Result<Vec<u8>, Error> {
    let modulus_bytes = key.modulus().bytes();
    if message.len() > MAX_MESSAGE_BLOCKS * blocks::capacity(modulus_bytes) {
        return Err(Error::MessageTooLong);
    }
    let blocks = Zeroizing::new(blocks::split(message, modulus_bytes)?);
    let mut bytes = Vec::with_capacity(blocks.len() * key.ciphertext_bytes());
    for block in blocks.iter() {
        bytes.extend(encrypt(block)?.to_bytes());
    }
    Ok(bytes)
}

impl PublicKey {
    /// Encrypts a message of at most [`MAX_MESSAGE_BLOCKS`] blocks.
    pub fn encrypt_message(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        encrypt_blocks(message, self, |block| self.encrypt(block))
    }

    /// The ciphertexts of an encrypted message, each checked.
    pub fn message_ciphertexts(&self, bytes: &[u8]) -> Result<Vec<Ciphertext>, Error> {
        let each = self.ciphertext_bytes();
        if bytes.is_empty() || !bytes.len().is_multiple_of(each) {
            return Err(Error::CiphertextLength { expected: each, found: bytes.len() });
        }
        if bytes.len() / each > MAX_MESSAGE_BLOCKS {
            return Err(Error::MessageTooLong);
        }
        bytes.chunks(each).map(|chunk| Ciphertext::from_bytes(self, chunk)).collect()
    }
}

impl SecretKey {
    /// As [`PublicKey::encrypt_message`], by CRT.
    pub fn encrypt_message(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        encrypt_blocks(message, self.public(), |block| self.encrypt(block))
    }

    /// Decrypts a message: every ciphertext is checked before the first is decrypted.
    pub fn decrypt_message(&self, bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let modulus_bytes = self.public().modulus().bytes();
        let mut plaintexts = Zeroizing::new(Vec::new());
        for ciphertext in self.public().message_ciphertexts(bytes)? {
            let plaintext = self.decrypt(&ciphertext)?;
            // A block is one byte shorter than n.
            match plaintext.split_first() {
                Some((0, block)) => plaintexts.push(block.to_vec()),
                _ => return Err(blocks::Malformed::Block.into()),
            }
        }
        Ok(Zeroizing::new(blocks::join(&plaintexts, modulus_bytes)?))
    }
}
