// SPDX-License-Identifier: Apache-2.0
//! The cloud.

use super::*;

/// What it knows.
#[derive(Default)]
pub struct CloudService {
    pub blobs: BTreeMap<[u8; 32], Vec<u8>>,
    nonces: BTreeSet<[u8; 16]>,
    pub genesis: [u8; 32],
}

impl CloudService {
    /// Whether the processor signed all that matters in a call, now and never before.
    pub fn is_authorized(&mut self, now: u64, request: &Request) -> bool {
        assert_eq!(request.accept, "application/octet-stream");
        let authorization = Authorization::parse(&request.authorization).expect("the header has form");
        let Authorization { member, time, nonce, signature } = authorization;
        let path = request.uri.strip_prefix("http://cloud").expect("the cloud's address");
        let method = request.method.as_str();
        let seal = CallSeal { member, method, path, body: sha2_256(&request.body), time, nonce };
        let signed = fixtures::sign(PROCESSOR.into(), &seal.signing_payload(&self.genesis));
        member == id(PROCESSOR)
            && signature == signed
            && time.abs_diff(now) <= MAX_CALL_SKEW
            && self.nonces.insert(nonce)
    }

    pub fn put_all(&mut self, blobs: Vec<Vec<u8>>, wrong: Option<Wrong>) -> Vec<[u8; 32]> {
        assert!(blobs.encoded_size() <= 1 << 20 && blobs.len() <= 1_024);
        let mut digests = Vec::new();
        for blob in blobs {
            digests.push(sha2_256(&blob));
            self.blobs.insert(sha2_256(&blob), blob);
        }
        match wrong {
            Some(Wrong::OtherDigest) => digests[0][0] ^= 1,
            Some(Wrong::OtherLength) => digests.push([0; 32]),
            _ => {}
        }
        digests
    }

    pub fn put(&mut self, request: &Request, wrong: Option<Wrong>) -> Receipt {
        assert!(request.body.len() <= 1 << 20);
        let mut digest = sha2_256(&request.body);
        let named = request.uri.rsplit('/').next().expect("a path");
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(named, hex, "the body is not what the path names");
        self.blobs.insert(digest, request.body.clone());
        let mut bytes = request.body.len() as u32;
        match wrong {
            Some(Wrong::OtherDigest) => digest[0] ^= 1,
            Some(Wrong::OtherLength) => bytes += 1,
            _ => {}
        }
        Receipt { cloud: id(99), digest, bytes, signature: BlsSignature([0; 48]) }
    }

    /// That all of a batch lies in the cloud before its anchor is on its way.
    pub fn assert_stored(&self, call: &Call<Test>) {
        let Call::anchor { day, version, root: anchored, count, manifest } = call else { return };
        let stored = self.blobs.get(manifest).expect("the cloud has no manifest");
        let stored: Manifest = decoded(stored);
        assert!(stored.has_form());
        assert_eq!((stored.processor, stored.day, stored.version), (id(PROCESSOR), *day, *version));
        assert_eq!((root(&stored.records), stored.records.len() as u32), (*anchored, *count));
        for record in &stored.records {
            assert!(self.blobs.contains_key(&record.ciphertext), "the cloud has no ciphertext of it");
        }
    }
}
