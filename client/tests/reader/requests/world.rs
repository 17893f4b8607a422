// SPDX-License-Identifier: Apache-2.0
//! A household, its processor, and what happens to the household's requests.

use crate::node::{extrinsic, map_key, Block, Node};
use codec::{Compact, Encode};
use dmsm_client::{
    request::Order, AccountId, Answered, Client, Ending, Error, Head, Member, RequestFollower, Sent, Settled,
    Status,
};
use dmsm_crypto::{bls, paillier};
use dmsm_primitives::{
    answer::{Answer, Quality, Usage},
    request::{AnswerSeal, Content, ContentId, Question, Rejection},
    BlsSignature, Conduct, DeviceId, MemberId, MemberKeys, Period, RegionId, RequestId, Role,
};
use dmsm_vault::{Contents, Vault, WorkFactor};
use sp_crypto_hashing::sha2_256;

const GENESIS: [u8; 32] = [0xaa; 32];
pub const USER: MemberId = MemberId([2; 32]);
pub const PROCESSOR: MemberId = MemberId([1; 32]);
const USER_ACCOUNT: [u8; 32] = [4; 32];
const PROCESSOR_ACCOUNT: [u8; 32] = [3; 32];
/// Indices of the pallets.
const CREDIT: u8 = 23;
const PREPAID: u8 = 24;

pub const QUESTION: Question =
    Question::Usage { meter: DeviceId([9; 32]), period: Period { from: 0, until: 3_600_000 } };

/// What a block does.
pub enum Act {
    Request(RequestId),
    Accept(RequestId),
    Fulfil(RequestId),
    /// Signed by somebody else than the processor; the chain of these tests takes it.
    Forge(RequestId),
    /// The chain refuses it: an extrinsic without effect.
    Fail(RequestId),
    Reject(RequestId, Rejection),
    /// By itself.
    TimeOut(RequestId),
    /// Conduct written down, with its worth and the score after it.
    Record(i16, u16),
}

pub struct World {
    pub node: Node,
    pub vault: Vault,
    pub content: Content,
    letter: Vec<u8>,
    processor: bls::SecretKey,
}

fn vault() -> Vault {
    let folder = tempfile::tempdir().unwrap();
    let contents = Contents {
        seed: None,
        paillier: paillier::SecretKey::generate(2048).unwrap(),
        bls: bls::SecretKey::generate().unwrap(),
        identity: None,
        data_seed: [0; 32].into(),
    };
    Vault::create_with(&folder.path().join("vault"), &"x".into(), contents, WorkFactor::FAST).unwrap()
}

impl World {
    pub async fn new() -> Self {
        let (vault, processor) = (vault(), bls::SecretKey::generate().unwrap());
        let content = Content { salt: [7; 16], question: QUESTION };
        let world = Self { node: Node::new().await, vault, content, letter: vec![6; 512], processor };
        let paillier = world.vault.paillier().public().to_primitive();
        let region = RegionId(1);
        for (id, account, role, bls) in [
            (USER, USER_ACCOUNT, Role::User, world.vault.bls().public()),
            (PROCESSOR, PROCESSOR_ACCOUNT, Role::Processor, world.processor.public()),
        ] {
            let keys = MemberKeys { bls, paillier: paillier.clone(), proofs_digest: [0; 32] };
            let member = Member { account: AccountId(account), role, region, status: Status::Active, keys };
            world.put(map_key("Members", "Members", &id.0), member.encode());
        }
        let genesis = Block { hash: GENESIS, parent: [0; 32], extrinsics: Vec::new(), events: vec![0] };
        world.node.chain.lock().unwrap().blocks.push(genesis);
        world
    }

    pub fn put(&self, key: Vec<u8>, value: Vec<u8>) {
        self.node.chain.lock().unwrap().storage.insert(key, value);
    }

    pub fn set_score(&self, score: u16) {
        self.put(map_key("Credit", "Scores", &PROCESSOR.0), score.encode());
    }

    pub async fn client(&self) -> Client {
        Client::connect(&format!("ws://{}", self.node.address)).await.unwrap()
    }

    pub async fn follower(&self) -> RequestFollower {
        RequestFollower::new(self.client().await, USER, self.cid(), 1, Head::Best)
    }

    pub fn cid(&self) -> ContentId {
        ContentId::of(&self.content)
    }

    pub fn sent(&self) -> Sent {
        Sent { processor: PROCESSOR, digest: sha2_256(&self.letter) }
    }

    /// Reads the answer of a block.
    pub async fn answer(
        &self,
        request: RequestId,
        at: u32,
        sent: Option<Sent>,
        question: Option<&Question>,
    ) -> Result<Answered, Error> {
        let settled = Settled { request, cid: self.cid(), ending: Ending::Fulfilled, at };
        self.client().await.answer(&settled, &USER, sent, question, &self.vault, None).await
    }

    /// As [`Self::answer`], with another vault.
    pub async fn answer_for_another_vault(&self, request: RequestId, at: u32) -> Result<Answered, Error> {
        let settled = Settled { request, cid: self.cid(), ending: Ending::Fulfilled, at };
        self.client().await.answer(&settled, &USER, Some(self.sent()), None, &vault(), None).await
    }

    pub fn fork_after(&self, number: usize) {
        self.node.chain.lock().unwrap().fork_after(number);
    }

    /// Discards every state but the last.
    pub fn prune(&self) {
        self.block(&[]);
        let mut chain = self.node.chain.lock().unwrap();
        chain.pruned = chain.blocks.len() as u32 - 1;
    }

    /// A block in which this happens, at a second for each block before it.
    pub fn block(&self, acts: &[Act]) {
        let (mut extrinsics, mut events) = (Vec::new(), Vec::new());
        for act in acts {
            let signed = self.extrinsic(act);
            let phase = match &signed {
                // ApplyExtrinsic; the inherent is the first.
                Some(_) => [vec![0], (extrinsics.len() as u32 + 1).encode()].concat(),
                // Initialization.
                None => vec![2],
            };
            extrinsics.extend(signed);
            events.extend(self.event(act).map(|event| [phase, event, vec![0]].concat()));
        }
        let mut chain = self.node.chain.lock().unwrap();
        let time = 1_000 * chain.blocks.len() as u64;
        chain.push(time, extrinsics, events);
    }

    fn extrinsic(&self, act: &Act) -> Option<Vec<u8>> {
        let (account, index, fields) = match act {
            Act::Request(_) => {
                let order = Order {
                    processor: PROCESSOR,
                    cid: self.cid(),
                    price: 50,
                    time_limit: 30_000,
                    timestamp: 1,
                };
                (USER_ACCOUNT, 1, (order, &self.letter, BlsSignature([0; 48])).encode())
            }
            Act::Accept(request) => {
                (PROCESSOR_ACCOUNT, 2, (request, self.sent().digest, [5u8; 32], 500u16).encode())
            }
            Act::Reject(request, reason) => {
                (PROCESSOR_ACCOUNT, 3, (request, self.sent().digest, reason).encode())
            }
            Act::Fulfil(request) | Act::Forge(request) | Act::Fail(request) => {
                let answer = self.ciphertext();
                let signature = match act {
                    Act::Forge(_) => self.signature(*request, &answer, &bls::SecretKey::generate().unwrap()),
                    _ => self.signature(*request, &answer, &self.processor),
                };
                (PROCESSOR_ACCOUNT, 5, (request, vec![8u8; 32], (0u8, answer), signature).encode())
            }
            Act::TimeOut(_) | Act::Record(..) => return None,
        };
        Some(extrinsic(&account, &[vec![PREPAID, index], fields].concat()))
    }

    fn event(&self, act: &Act) -> Option<Vec<u8>> {
        let (index, fields) = match act {
            Act::Request(request) => (1, (request, USER, PROCESSOR, self.cid(), 50u128, 31_000u64).encode()),
            Act::Accept(request) => (2, (request, [5u8; 32], 500u16, 61_000u64).encode()),
            Act::Fulfil(request) | Act::Forge(request) => {
                (3, (request, [8u8; 32], sha2_256(&self.ciphertext()), None::<MemberId>).encode())
            }
            Act::Reject(request, reason) => (4, (request, reason).encode()),
            Act::TimeOut(request) => (7, request.encode()),
            Act::Fail(_) => return None,
            Act::Record(change, score) => {
                let delivered = Conduct::Delivered { price: 2_000 };
                let conduct = if *change < 0 { Conduct::TimedOut } else { delivered };
                let fields = (PROCESSOR, USER, conduct, change, score).encode();
                return Some([vec![CREDIT, 0], fields].concat());
            }
        };
        Some([vec![PREPAID, index], fields].concat())
    }

    /// The answer under the household's key; the same bytes each time.
    fn ciphertext(&self) -> Vec<u8> {
        let Question::Usage { meter, period } = QUESTION else { unreachable!() };
        let energy = vec![Compact(100), Compact(200)];
        let answer = Answer::Usage(Usage { meter, period, energy, export: 0, quality: Quality::default() });
        let public = self.vault.paillier().public();
        let block = dmsm_primitives::blocks::split(&answer.encode(), 256).unwrap();
        public.encrypt_with(&block[0], &[3]).unwrap().to_bytes()
    }

    fn signature(&self, request: RequestId, answer: &[u8], key: &bls::SecretKey) -> BlsSignature {
        let seal = AnswerSeal {
            request,
            processor: PROCESSOR,
            requester: USER,
            cid: self.cid(),
            request_digest: self.sent().digest,
            requester_key: sha2_256(&self.vault.paillier().public().to_primitive().n),
            digest: sha2_256(answer),
        };
        bls::sign(key, &seal.signing_payload(&GENESIS))
    }
}
