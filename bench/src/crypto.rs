// SPDX-License-Identifier: Apache-2.0
//! What is measured of `dmsm-crypto`, and the least that its peers would do.

use blst::{min_sig, BLST_ERROR};
use dmsm_crypto::{
    bls,
    packing::{pack, MeterDay, Packed},
    paillier::{opens, Ciphertext, Opening, PublicKey, SecretKey},
};
use dmsm_host::dmsm_consensus;
use dmsm_primitives::{BlsPublicKey, BlsSignature};
use rug::{integer::Order, Integer};

/// A Paillier key, a message and what comes of it.
pub struct Paillier {
    secret: SecretKey,
    public: PublicKey,
    n: Integer,
    n2: Integer,
    /// For each prime: the ciphertext modulo its square, its order, its square.
    halves: [(Integer, Integer, Integer); 2],
    message: Vec<u8>,
    ciphertext: Ciphertext,
    opening: Opening,
}

impl Paillier {
    /// A new key of `bits` bits, with its table made.
    pub fn new(bits: u32) -> Result<Self, dmsm_crypto::paillier::Error> {
        let secret = SecretKey::generate(bits)?;
        let public = secret.public().clone().with_tables();
        let message = vec![0xa5; bits as usize / 8 - 1];
        let ciphertext = public.encrypt(&message)?;
        let n = integer(&public.to_primitive().n);
        let bytes = secret.to_bytes();
        let (p, q) = bytes.split_at(bytes.len() / 2);
        let half = |prime: Integer| {
            let square = Integer::from(prime.square_ref());
            (integer(&ciphertext.to_bytes()) % &square, prime - 1u32, square)
        };
        Ok(Self {
            halves: [half(integer(p)), half(integer(q))],
            n2: Integer::from(n.square_ref()),
            opening: secret.open(&ciphertext)?,
            n,
            secret,
            public,
            message,
            ciphertext,
        })
    }

    /// The modulus.
    pub fn modulus(&self) -> &Integer {
        &self.n
    }

    /// Ours: encryption by anyone.
    pub fn public_encrypt(&self) -> Ciphertext {
        self.public.encrypt(&self.message).expect("the message is below the modulus")
    }

    /// Ours: encryption by the key's owner.
    pub fn owner_encrypt(&self) -> Ciphertext {
        self.secret.encrypt(&self.message).expect("the message is below the modulus")
    }

    /// Ours: a meter-day packed.
    pub fn pack(&self) -> Packed {
        pack(&MeterDay { energy: [0xa5a5_a5a5; 48], nonce: [0xa5; 16] })
    }

    /// Ours: a meter-day packed, M* computed, encrypted by the key's owner with derived randomness.
    pub fn seal_meter_day(&self) -> ([u8; 32], Ciphertext) {
        let packed = self.pack();
        let ciphertext = self.secret.encrypt_derived(packed.as_bytes(), &[0x5a; 32]);
        (packed.digest(), ciphertext.expect("the modulus holds a meter-day"))
    }

    /// Ours: decryption, from bytes and with every check.
    pub fn decrypt(&self) -> Vec<u8> {
        self.secret.decrypt(&self.ciphertext).expect("the ciphertext is the key's").to_vec()
    }

    /// Ours: the owner's opening.
    pub fn open(&self) -> Opening {
        self.secret.open(&self.ciphertext).expect("the ciphertext is the key's")
    }

    /// Ours: the chain's check of an opening.
    pub fn opens(&self) -> bool {
        let n = self.n.to_digits::<u8>(Order::Msf);
        opens(&n, &self.ciphertext.to_bytes(), &self.opening.plaintext, &self.opening.randomness)
    }

    /// Peer: (1 + m·n)·r^n mod n² with GMP's ordinary power, r given.
    pub fn textbook_encrypt(&self) -> Integer {
        let m = integer(&self.message);
        let r = integer(&self.opening.randomness);
        let residue = r.pow_mod(&self.n, &self.n2).expect("the exponent is positive");
        (m * &self.n + 1u32) * residue % &self.n2
    }

    /// Peer: the two secure powers of half size that the owner's encryption and decryption cannot do
    /// without.
    pub fn two_powers(&self) -> [Integer; 2] {
        let [p, q] = &self.halves;
        [p, q].map(|(base, order, square)| Integer::from(base.secure_pow_mod_ref(order, square)))
    }
}

/// A signature and its parts.
pub struct Bls {
    key: BlsPublicKey,
    message: Vec<u8>,
    signature: BlsSignature,
}

impl Bls {
    /// A new key and its signature of as many bytes as a notice's seal has.
    pub fn new() -> Result<Self, bls::Error> {
        let (secret, message) = (bls::SecretKey::generate()?, vec![0x5a; 200]);
        Ok(Self { key: secret.public(), signature: bls::sign(&secret, &message), message })
    }

    /// Ours: the host function that the runtime calls for a signature, from bytes.
    pub fn host_verify(&self) -> bool {
        dmsm_consensus::bls_verify(&self.key.0, &self.message, &self.signature.0)
    }

    /// Ours: `count` signatures in one check.
    pub fn verify_many(&self, count: usize) -> bool {
        bls::verify_many(&vec![(&self.key, &self.message[..], &self.signature); count]).is_ok()
    }

    /// Peer: blst itself, from the same bytes, with the signature's subgroup checked.
    pub fn native_verify(&self) -> bool {
        let key = min_sig::PublicKey::uncompress(&self.key.0).expect("it was just made");
        let signature = min_sig::Signature::uncompress(&self.signature.0).expect("it was just made");
        signature.verify(true, &self.message, bls::SIGNATURE_TAG, &[], &key, false)
            == BLST_ERROR::BLST_SUCCESS
    }
}

fn integer(bytes: &[u8]) -> Integer {
    Integer::from_digits(bytes, Order::Msf)
}

#[cfg(test)]
mod tests {
    use super::*;
    use dmsm_crypto::packing::unpack;

    #[test]
    fn peers_do_the_same_work() {
        let paillier = Paillier::new(2048).unwrap();
        let c = paillier.textbook_encrypt();
        assert_eq!(c, integer(&paillier.ciphertext.to_bytes()));
        assert_eq!(paillier.decrypt()[1..], paillier.message);
        assert!(paillier.opens());
        let larger = Paillier::new(3072).unwrap();
        let (digest, ciphertext) = larger.seal_meter_day();
        let day = unpack(&larger.secret.decrypt(&ciphertext).unwrap()).unwrap();
        assert_eq!(pack(&day).digest(), digest);
        let bls = Bls::new().unwrap();
        assert!(bls.host_verify() && bls.native_verify() && bls.verify_many(3));
    }
}
