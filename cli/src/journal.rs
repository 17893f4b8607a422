// SPDX-License-Identifier: Apache-2.0
//! The member's own requests, in a file beside its vault.
//!
//! On chain a question is encrypted for the processor alone, so nobody else can read it again, its
//! requester included. The journal remembers it: one line of JSON a request, in `VAULT.requests`,
//! mode 0600. Whoever loses it loses nothing but the check that an answer fits its question.

use crate::{error::Error, private};
use dmsm_client::{Inquiry, Sent};
use dmsm_primitives::{
    request::{Content, ContentId, Question},
    MemberId,
};
use dmsm_vault::Vault;
use serde::{Deserialize, Serialize};
use std::{
    fs,
    io::{ErrorKind, Write},
    path::PathBuf,
};

/// A journal; its file is there once something is written.
pub struct Journal {
    path: PathBuf,
    genesis: String,
}

/// A request, as it was sent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Entry {
    /// Of which chain.
    genesis: String,
    requester: MemberId,
    processor: MemberId,
    /// SHA-256 of the letter.
    letter: String,
    content: Content,
}

/// What the journal knows of a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Remembered {
    /// What was asked.
    pub question: Question,
    /// Of whom, and under which ciphertext.
    pub sent: Sent,
}

impl Journal {
    /// The journal of a vault's requests on a chain.
    pub fn of(vault: &Vault, genesis: &[u8; 32]) -> Self {
        let mut path = vault.path().as_os_str().to_owned();
        path.push(".requests");
        Self { path: path.into(), genesis: hex::encode(genesis) }
    }

    /// Writes a request down.
    pub fn note(&self, inquiry: &Inquiry) -> Result<(), Error> {
        let entry = Entry {
            genesis: self.genesis.clone(),
            requester: inquiry.requester,
            processor: inquiry.order.processor,
            letter: hex::encode(inquiry.digest()),
            content: inquiry.content.clone(),
        };
        let failed = |source| Error::File { action: "write", path: self.path.clone(), source };
        let mut line = serde_json::to_vec(&entry).map_err(|error| failed(error.into()))?;
        line.push(b'\n');
        // In one piece: another program may write at the same time.
        private::append(&self.path)?.write_all(&line).map_err(failed)
    }

    /// Looks requests up. Lines that are not readable are passed over.
    pub fn read(&self) -> Result<Vec<(ContentId, Remembered)>, Error> {
        let text = match fs::read(&self.path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(Error::File { action: "read", path: self.path.clone(), source }),
        };
        let entries = text.lines().filter_map(|line| serde_json::from_str::<Entry>(line).ok());
        let ours = entries.filter(|entry| entry.genesis == self.genesis);
        Ok(ours.filter_map(remembered).collect())
    }

    /// Looks one request up.
    pub fn find(&self, cid: &ContentId) -> Result<Option<Remembered>, Error> {
        Ok(self.read()?.into_iter().find(|(known, _)| known == cid).map(|(_, remembered)| remembered))
    }
}

fn remembered(entry: Entry) -> Option<(ContentId, Remembered)> {
    let mut digest = [0; 32];
    hex::decode_to_slice(&entry.letter, &mut digest).ok()?;
    let sent = Sent { processor: entry.processor, digest };
    Some((ContentId::of(&entry.content), Remembered { question: entry.content.question, sent }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use dmsm_client::request::Order;
    use dmsm_primitives::{BlsSignature, DeviceId, Month, Period};

    fn inquiry(question: Question, salt: u8) -> Inquiry {
        let content = Content { salt: [salt; 16], question };
        let order = Order {
            processor: MemberId([2; 32]),
            cid: ContentId::of(&content),
            price: 1,
            time_limit: 1,
            timestamp: 1,
        };
        let (letter, signature) = (vec![salt; 3], BlsSignature([0; 48]));
        Inquiry { requester: MemberId([1; 32]), content, order, letter, signature }
    }

    fn journal(folder: &tempfile::TempDir, genesis: u8) -> Journal {
        Journal { path: folder.path().join("vault.requests"), genesis: hex::encode([genesis; 32]) }
    }

    #[test]
    fn a_request_is_found_again_by_its_content_on_its_chain_alone() {
        let folder = tempfile::tempdir().unwrap();
        let meter = DeviceId([7; 32]);
        let month = Month { year: 2012, month: 1 };
        let questions = [
            Question::Bill { meter, month },
            Question::Usage { meter, period: Period { from: 0, until: u64::MAX } },
            Question::Advice { meter, month: None },
        ];
        let ours = journal(&folder, 1);
        assert_eq!(ours.read().unwrap(), []);
        for (salt, question) in questions.iter().enumerate() {
            let inquiry = inquiry(*question, salt as u8);
            ours.note(&inquiry).unwrap();
            let found = ours.find(&inquiry.order.cid).unwrap().unwrap();
            assert_eq!(found.question, *question);
            assert_eq!(found.sent, Sent { processor: MemberId([2; 32]), digest: inquiry.digest() });
            assert_eq!(journal(&folder, 2).find(&inquiry.order.cid).unwrap(), None);
        }
        assert_eq!(ours.read().unwrap().len(), 3);
    }

    #[test]
    fn a_torn_line_hides_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let ours = journal(&folder, 1);
        let question = Question::Advice { meter: DeviceId([7; 32]), month: None };
        ours.note(&inquiry(question, 1)).unwrap();
        private::append(&ours.path).unwrap().write_all(b"{\"genesis\":\n\xff\n").unwrap();
        ours.note(&inquiry(question, 2)).unwrap();
        assert_eq!(ours.read().unwrap().len(), 2);
    }
}
