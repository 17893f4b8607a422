// SPDX-License-Identifier: Apache-2.0
//! Paillier encryption, packed meter-days, BLS short signatures.
//!
//! # Overview
//!
//! | Paper | Item |
//! |---|---|
//! | II.C, (1) n = p·q | [`paillier::SecretKey::generate`] |
//! | II.C, (2) M = g^m·r^n mod n² | [`paillier::PublicKey::encrypt`], [`paillier::PublicKey::encrypt_with`], [`paillier::SecretKey::encrypt`] |
//! | II.C, (3) to (7) λ, L, k, μ, m = L(M^λ mod n²)·μ mod n | [`paillier::SecretKey::decrypt`] |
//! | III.C, M and M* of a stored meter-day | [`packing::pack`], [`packing::Packed::digest`], [`paillier::SecretKey::encrypt_derived`] |
//! | II.B, sig = κ·h(m) | [`bls::sign`] |
//! | II.B and (8), e(G, sig) = e(Y, h(R)) | [`bls::verify`] |
//!
//! # Differences from the paper
//!
//! - g = n + 1 always, so g^m = 1 + m·n is a multiplication and k of (5) is −q mod p and −p mod q.
//! - p ≡ q ≡ 3 mod 4 (Paillier–Blum), and n has 2048, 3072 or 4096 bits; the paper names no size.
//! - r^n is h_s^α (Damgård, Jurik, Nielsen 2010) in [`paillier::PublicKey::encrypt`].
//! - A stored meter-day is one plaintext with a nonce and guard bits; the paper encrypts R itself.
//! - Decryption works modulo p² and q² and joins the halves (CRT) in place of one power modulo n².
//! - Signatures lie in G1 and keys in G2 of BLS12-381, a pairing of two different groups; every
//!   key comes with a proof of possession.
//!
//! # Security
//!
//! - Every power with a secret exponent or a secret modulus is constant-time
//!   (`mpz_powm_sec`, or Montgomery products over a table that is read whole). GMP's ordinary
//!   multiplication and division touch secret operands of public size; their timing is data
//!   independent but for rare corrections of a quotient digit.
//! - Secret numbers are overwritten when dropped. What GMP or the allocator copied while it
//!   calculated is not.
//! - A modulus that no one has proved to be Paillier–Blum can leak what is encrypted under it, and
//!   lets its owner open one ciphertext in two ways. [`paillier::check_public_key_shape`] is the
//!   cheap part of that check; the proofs themselves are checked by whoever enrols the member.
//! - Paillier is malleable. Believe nothing that was decrypted before the signature over its
//!   ciphertext was verified.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing))]

pub mod bls;
pub mod packing;
pub mod paillier;

mod random;
mod wipe;
