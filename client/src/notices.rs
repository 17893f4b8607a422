// SPDX-License-Identifier: Apache-2.0
//! An owner's notices, in the order of the chain, none left out.

use crate::{
    block::{Block, Content, Notify},
    query, verify,
    walk::{Ahead, Head, Mending, Place, Trace, Walk},
    AccountId, Client, Device, Error, Flaw, SealedNotice,
};
use dmsm_primitives::{BlockNumber, BlsPublicKey, DeviceId, MemberId, Notice};
use dmsm_vault::Vault;
use futures::{stream, StreamExt, TryStreamExt};
use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

/// Which notices are read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Selection {
    /// The first block; 0 or 1 reads all. The first notice of a device after a later block may
    /// follow any other.
    pub from: BlockNumber,
    /// Of this device alone.
    pub device: Option<DeviceId>,
    /// Up to which block. A notice of the best chain that a fork withdraws comes again when it is
    /// included again, and is handed out once.
    pub head: Head,
}

/// Notices of a device that were not seen: those after `after`, up to `until`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Lost {
    /// Sequence of the last notice seen, 0 if there was none.
    pub after: u64,
    /// Sequence of the last one missing.
    pub until: u64,
}

/// A notice and what was found out about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VerifiedNotice {
    /// As it stands on chain.
    pub sealed: SealedNotice,
    /// The processor's key that signed it.
    pub processor_key: Option<BlsPublicKey>,
    /// The notice, or what is wrong with it.
    pub result: Result<Notice, Flaw>,
    /// What is missing before it.
    pub lost: Option<Lost>,
}

/// Reads the notices of one owner.
pub struct NoticeReader {
    walk: Walk<Undo>,
    vault: Arc<Vault>,
    owner: MemberId,
    selection: Selection,
    /// Sequence of the last notice of each device.
    links: HashMap<DeviceId, u64>,
    /// Notices handed out whose block a fork replaced.
    withdrawn: HashSet<Identity>,
    /// Devices as of a block.
    devices: HashMap<DeviceId, (BlockNumber, Arc<Device>)>,
    /// Keys of processors, the present one first.
    keys: HashMap<MemberId, Vec<BlsPublicKey>>,
    /// Members by account.
    accounts: HashMap<AccountId, MemberId>,
    ready: VecDeque<VerifiedNotice>,
}

type Identity = (DeviceId, u64, [u8; 32]);
/// A notice to verify: its device, its processor's keys, what is missing before it.
type Work = (SealedNotice, Option<Arc<Device>>, Vec<BlsPublicKey>, Option<Lost>);

/// Notices of a block, and the link of their device before each.
type Undo = Vec<(Identity, Option<u64>)>;

/// What one step did.
#[derive(PartialEq, Eq)]
enum Step {
    Read,
    AtHead,
}

impl NoticeReader {
    /// Reads the notices of `owner` with the keys of its vault.
    pub fn new(client: Client, vault: Arc<Vault>, owner: MemberId, selection: Selection) -> Self {
        Self {
            walk: Walk::new(client, selection.from, selection.head),
            vault,
            owner,
            selection,
            links: HashMap::new(),
            withdrawn: HashSet::new(),
            devices: HashMap::new(),
            keys: HashMap::new(),
            accounts: HashMap::new(),
            ready: VecDeque::new(),
        }
    }

    /// The next notice; `None` once the head is reached. A broken connection is mended for as long
    /// as `patience`.
    ///
    /// May be dropped at any time: nothing is skipped by it.
    pub async fn next(&mut self, patience: Duration) -> Result<Option<VerifiedNotice>, Error> {
        loop {
            if let Some(notice) = self.ready.pop_front() {
                return Ok(Some(notice));
            }
            if self.mended(patience).await? == Step::AtHead {
                return Ok(None);
            }
        }
    }

    /// The next notice, waiting for it, and for a connection, as long as it takes.
    pub async fn follow(&mut self) -> Result<VerifiedNotice, Error> {
        loop {
            if let Some(notice) = self.next(Duration::MAX).await? {
                return Ok(notice);
            }
            self.walk.wait().await;
        }
    }

    /// The vault that decrypts.
    pub fn vault(&self) -> &Arc<Vault> {
        &self.vault
    }

    /// The connection.
    pub fn client(&self) -> &Client {
        self.walk.client()
    }

    /// Number of the last block read; 0 before the first.
    pub fn position(&self) -> BlockNumber {
        self.walk.position()
    }

    /// Sequence of the last notice seen of each device.
    pub fn last_seen(&self) -> &HashMap<DeviceId, u64> {
        &self.links
    }

    /// Notices that the chain says were made up to the last block read and that were not seen.
    pub async fn missing(&self) -> Result<Vec<(DeviceId, Lost)>, Error> {
        let Some(trace) = self.walk.last() else { return Ok(Vec::new()) };
        let client = self.walk.client();
        let at = client.link().await.at(trace.number, trace.hash).await?;
        let devices = match self.selection.device {
            Some(device) => vec![device],
            None => {
                let all = client.devices(None).await?.into_iter();
                all.filter(|(_, device)| device.owner == self.owner).map(|(id, _)| id).collect()
            }
        };
        let mut missing = Vec::new();
        for id in devices {
            let last = client.last_notice_at(&at, &id).await?;
            let after = self.links.get(&id).copied();
            match last {
                Some(last) if after.is_none() && last.judged_at < self.selection.from => {}
                Some(last) if after.unwrap_or(0) < last.sequence => {
                    missing.push((id, Lost { after: after.unwrap_or(0), until: last.sequence }));
                }
                _ => {}
            }
        }
        Ok(missing)
    }

    /// One step; what it does to `self` besides remembering keys and devices it does at its end.
    async fn mended(&mut self, patience: Duration) -> Result<Step, Error> {
        let mut mending = Mending::new(patience);
        loop {
            match self.step().await {
                Err(error) => mending.after(error, &mut self.walk).await?,
                done => return done,
            }
        }
    }

    async fn step(&mut self) -> Result<Step, Error> {
        match self.walk.ahead().await? {
            Ahead::Nothing => return Ok(Step::AtHead),
            Ahead::Forked(undone) => undone.into_iter().for_each(|block| self.withdraw(block)),
            Ahead::Blocks(place, blocks) => self.take(&place, blocks).await?,
        }
        Ok(Step::Read)
    }

    /// Forgets the notices of a block that a fork replaced.
    fn withdraw(&mut self, block: Undo) {
        for (notice, before) in block.into_iter().rev() {
            match before {
                Some(sequence) => self.links.insert(notice.0, sequence),
                None => self.links.remove(&notice.0),
            };
            self.withdrawn.insert(notice);
        }
    }

    /// Verifies the notices of blocks, then moves on.
    async fn take(&mut self, place: &Place, blocks: Vec<Block<Content>>) -> Result<(), Error> {
        let mut links = self.links.clone();
        let mut traces = Vec::new();
        let mut work = Vec::new();
        for Block { number, hash, content, .. } in blocks {
            let sealed = match content {
                Content::Noted(notices) => notices,
                Content::Submitted(calls) => self.accepted(place, number, calls, &links).await?,
            };
            let mut notices = Vec::new();
            for sealed in sealed {
                let seal = &sealed.seal;
                let wanted = self.selection.device.is_none_or(|device| device == seal.device);
                if seal.owner != self.owner || !wanted {
                    continue;
                }
                let before = links.insert(seal.device, seal.sequence);
                // What came before the first block asked for is not missed.
                let expected = before.or((self.selection.from <= 1).then_some(0));
                let lost = expected.filter(|expected| *expected != seal.previous);
                let lost = lost.map(|after| Lost { after, until: seal.previous });
                let device = self.device(place, &seal.device, seal.judged_at).await?;
                let keys = self.keys_of(&seal.processor, false).await?;
                notices.push(((seal.device, seal.sequence, seal.digest), before));
                work.push((sealed, device, keys, lost));
            }
            traces.push(Trace { number, hash, undo: notices });
        }

        let mut verified = self.verify(work).await?;
        // A key that is not known may be a new one.
        for notice in verified.iter_mut().filter(|notice| notice.processor_key.is_none()) {
            let keys = self.keys_of(&notice.sealed.seal.processor, true).await?;
            let device = self.device(place, &notice.sealed.seal.device, 0).await?;
            let again = vec![(notice.sealed.clone(), device, keys, notice.lost)];
            if let Some(checked) = self.verify(again).await?.pop() {
                *notice = checked;
            }
        }

        // From here on nothing waits, so that a caller who drops the future finds either none of
        // this or all.
        for notice in verified {
            let seal = &notice.sealed.seal;
            if !self.withdrawn.remove(&(seal.device, seal.sequence, seal.digest)) {
                self.ready.push_back(notice);
            }
        }
        self.links = links;
        self.walk.advance(traces);
        Ok(())
    }

    /// Decrypts and checks, several at a time.
    async fn verify(&self, work: Vec<Work>) -> Result<Vec<VerifiedNotice>, Error> {
        let genesis = *self.client().genesis();
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        stream::iter(work)
            .map(|(sealed, device, keys, lost)| {
                let vault = self.vault.clone();
                tokio::task::spawn_blocking(move || {
                    let processor_key = verify::signing_key(&sealed.seal, &sealed.signature, &keys, &genesis);
                    let signed_by = processor_key.as_ref();
                    let result = match &device {
                        Some(device) => verify::verify(&sealed, signed_by, device, &vault, &genesis),
                        None => Err(Flaw::RuleForgotten),
                    };
                    VerifiedNotice { sealed, processor_key, result, lost }
                })
            })
            .buffered(threads)
            .try_collect()
            .await
            .map_err(|_| Error::Stopping)
    }

    /// Which of the submitted notices the chain took, found out without its events: those that
    /// follow the device's last one and that a processor signed.
    async fn accepted(
        &mut self,
        place: &Place,
        number: BlockNumber,
        calls: Vec<(AccountId, Notify)>,
        links: &HashMap<DeviceId, u64>,
    ) -> Result<Vec<SealedNotice>, Error> {
        let n = verify::modulus(&self.vault);
        let mut links = links.clone();
        let mut accepted = Vec::new();
        for (account, notify) in calls {
            let device = self.device(place, &notify.device, notify.judged_at).await?;
            if device.is_none_or(|device| device.owner != self.owner) {
                continue;
            }
            let Some(processor) = self.member_of(&account).await? else { continue };
            let seal = notify.seal(processor, self.owner, &n);
            let follows = links.get(&seal.device).is_none_or(|last| *last == seal.previous);
            if !follows || seal.sequence <= seal.previous {
                continue;
            }
            let keys = self.keys_of(&processor, false).await?;
            let genesis = self.client().genesis();
            if verify::signing_key(&seal, &notify.signature, &keys, genesis).is_none() {
                continue;
            }
            links.insert(seal.device, seal.sequence);
            let Notify { signature, ciphertext, .. } = notify;
            accepted.push(SealedNotice { block: number, seal, signature, ciphertext });
        }
        Ok(accepted)
    }

    /// A device with the rule of a block: rules that start at or before the block on which the
    /// device was read do not change any more.
    async fn device(
        &mut self,
        place: &Place,
        id: &DeviceId,
        judged_at: BlockNumber,
    ) -> Result<Option<Arc<Device>>, Error> {
        if let Some((as_of, device)) = self.devices.get(id) {
            if judged_at <= *as_of {
                return Ok(Some(device.clone()));
            }
        }
        let Place { link, at, head, hash } = place;
        let Some(device) = query::device(link, at, *hash, id).await? else { return Ok(None) };
        let device = Arc::new(device);
        self.devices.insert(*id, (*head, device.clone()));
        Ok(Some(device))
    }

    async fn keys_of(&mut self, processor: &MemberId, anew: bool) -> Result<Vec<BlsPublicKey>, Error> {
        match self.keys.get(processor) {
            Some(keys) if !anew => Ok(keys.clone()),
            _ => {
                let keys = self.client().bls_keys(processor).await?;
                self.keys.insert(*processor, keys.clone());
                Ok(keys)
            }
        }
    }

    async fn member_of(&mut self, account: &AccountId) -> Result<Option<MemberId>, Error> {
        if !self.accounts.contains_key(account) {
            let members = self.client().members().await?.into_iter();
            self.accounts = members.map(|(id, member)| (member.account, id)).collect();
        }
        Ok(self.accounts.get(account).copied())
    }
}
