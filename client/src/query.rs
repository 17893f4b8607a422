// SPDX-License-Identifier: Apache-2.0
//! What the chain's state says.

use crate::{
    chain::{self, Static},
    client::{AtBlock, Link},
    AccountId, Application, Client, Device, Error, LastNotice, Member, Status,
};
use codec::DecodeAll;
use dmsm_primitives::{BlsPublicKey, DeviceId, MemberId, RegionId, Role};
use subxt::{
    storage::{Address, StorageKeyValue},
    utils::{AccountId32, H256},
};

impl Client {
    /// Every member there ever was.
    pub async fn members(&self) -> Result<Vec<(MemberId, Member)>, Error> {
        let at = self.link().await.at_best().await?;
        let storage = at.storage();
        let mut entries = storage.entry(chain::storage().members().members())?.iter(()).await?;
        let mut members = Vec::new();
        while let Some(entry) = entries.next().await {
            let entry = entry?;
            members.push((MemberId(key(&entry)?), read("a member", entry.value().bytes())?));
        }
        Ok(members)
    }

    /// A member by its identifier.
    pub async fn member(&self, id: &MemberId) -> Result<Option<Member>, Error> {
        let at = self.link().await.at_best().await?;
        let entry = at.storage().entry(chain::storage().members().members())?;
        let value = entry.try_fetch((Static(*id),)).await?;
        value.map(|value| read("a member", value.bytes())).transpose()
    }

    /// A member by its identifier, as the last finalized block has it.
    pub async fn finalized_member(&self, id: &MemberId) -> Result<Option<Member>, Error> {
        let at = self.link().await.at_finalized().await?;
        let entry = at.storage().entry(chain::storage().members().members())?;
        let value = entry.try_fetch((Static(*id),)).await?;
        value.map(|value| read("a member", value.bytes())).transpose()
    }

    /// The identifier of an account.
    pub async fn member_id(&self, account: &AccountId) -> Result<Option<MemberId>, Error> {
        let at = self.link().await.at_best().await?;
        let entry = at.storage().entry(chain::storage().members().member_id_of())?;
        let value = entry.try_fetch((AccountId32(account.0),)).await?;
        value.map(|value| read("an identifier", value.bytes())).transpose()
    }

    /// The identifier of an account that must be a member's.
    pub async fn required_id(&self, account: &AccountId) -> Result<MemberId, Error> {
        let id = self.member_id(account).await?;
        id.ok_or_else(|| Error::NoIdentifier { account: account.to_string() })
    }

    /// The active processor of a region, if there is one.
    pub async fn processor_of(&self, region: RegionId) -> Result<Option<(MemberId, Member)>, Error> {
        let serves = |member: &Member| {
            member.role == Role::Processor && member.region == region && member.status == Status::Active
        };
        Ok(self.members().await?.into_iter().find(|(_, member)| serves(member)))
    }

    /// The BLS keys that a member has and had, the present one first.
    pub async fn bls_keys(&self, id: &MemberId) -> Result<Vec<BlsPublicKey>, Error> {
        let at = self.link().await.at_best().await?;
        let storage = at.storage();
        let present = storage.entry(chain::storage().members().members())?.try_fetch((Static(*id),)).await?;
        let member: Option<Member> = present.map(|value| read("a member", value.bytes())).transpose()?;
        let history = storage.entry(chain::storage().members().key_history())?;
        let past: Vec<BlsPublicKey> = match history.try_fetch((Static(*id),)).await? {
            Some(value) => read("a key history", value.bytes())?,
            None => Vec::new(),
        };
        Ok(member.map(|member| member.keys.bls).into_iter().chain(past.into_iter().rev()).collect())
    }

    /// The application of an account that waits for approval.
    pub async fn application(&self, account: &AccountId) -> Result<Option<Application>, Error> {
        let at = self.link().await.at_best().await?;
        let entry = at.storage().entry(chain::storage().members().applications())?;
        let value = entry.try_fetch((AccountId32(account.0),)).await?;
        value.map(|value| read("an application", value.bytes())).transpose()
    }

    /// All applications that wait for approval.
    pub async fn applications(&self) -> Result<Vec<(AccountId, Application)>, Error> {
        let at = self.link().await.at_best().await?;
        let storage = at.storage();
        let mut entries = storage.entry(chain::storage().members().applications())?.iter(()).await?;
        let mut applications = Vec::new();
        while let Some(entry) = entries.next().await {
            let entry = entry?;
            applications.push((AccountId(key(&entry)?), read("an application", entry.value().bytes())?));
        }
        Ok(applications)
    }

    /// Whether an account is invited and has not been approved yet.
    pub async fn is_invited(&self, account: &AccountId) -> Result<bool, Error> {
        let at = self.link().await.at_best().await?;
        let entry = at.storage().entry(chain::storage().members().invitations())?;
        Ok(entry.try_fetch((AccountId32(account.0),)).await?.is_some())
    }

    /// A device.
    pub async fn device(&self, id: &DeviceId) -> Result<Option<Device>, Error> {
        self.device_at(&self.link().await.at_best().await?, id).await
    }

    pub(crate) async fn device_at(&self, at: &AtBlock, id: &DeviceId) -> Result<Option<Device>, Error> {
        let entry = at.storage().entry(chain::storage().devices().devices())?;
        let value = entry.try_fetch((Static(*id),)).await?;
        value.map(|value| read("a device", value.bytes())).transpose()
    }

    /// The devices of an owner, those unbound left out; of everybody, those unbound included, if
    /// no owner is given.
    pub async fn devices(&self, owner: Option<&MemberId>) -> Result<Vec<(DeviceId, Device)>, Error> {
        let at = self.link().await.at_best().await?;
        let storage = at.storage();
        let mut devices = Vec::new();
        let Some(owner) = owner else {
            let mut entries = storage.entry(chain::storage().devices().devices())?.iter(()).await?;
            while let Some(entry) = entries.next().await {
                let entry = entry?;
                devices.push((DeviceId(key(&entry)?), read("a device", entry.value().bytes())?));
            }
            return Ok(devices);
        };
        let of = storage.entry(chain::storage().devices().devices_of())?;
        let mut entries = of.iter((Static(*owner),)).await?;
        while let Some(entry) = entries.next().await {
            let id = DeviceId(key(&entry?)?);
            if let Some(device) = self.device_at(&at, &id).await? {
                devices.push((id, device));
            }
        }
        Ok(devices)
    }

    /// The last notice of a device.
    pub async fn last_notice(&self, id: &DeviceId) -> Result<Option<LastNotice>, Error> {
        self.last_notice_at(&self.link().await.at_best().await?, id).await
    }

    pub(crate) async fn last_notice_at(
        &self,
        at: &AtBlock,
        id: &DeviceId,
    ) -> Result<Option<LastNotice>, Error> {
        let entry = at.storage().entry(chain::storage().notifications().last_notices())?;
        let value = entry.try_fetch((Static(*id),)).await?;
        value.map(|value| read("a last notice", value.bytes())).transpose()
    }
}

/// A device in the state of a block; `at` gives the chain's interface alone.
pub(crate) async fn device(
    link: &Link,
    at: &AtBlock,
    block: H256,
    id: &DeviceId,
) -> Result<Option<Device>, Error> {
    let entry = at.storage().entry(chain::storage().devices().devices())?;
    let key = entry.fetch_key((Static(*id),))?;
    let value = link.rpc.state_get_storage(&key, Some(block)).await.map_err(|error| link.failed(error))?;
    value.map(|bytes| read("a device", &bytes)).transpose()
}

/// Every key of ours ends with the 32 bytes it was hashed from.
pub(crate) fn key<A: Address>(entry: &StorageKeyValue<'_, A>) -> Result<[u8; 32], Error> {
    entry.key_bytes().last_chunk().copied().ok_or(Error::Unreadable { what: "a key" })
}

pub(crate) fn read<T: DecodeAll>(what: &'static str, mut bytes: &[u8]) -> Result<T, Error> {
    T::decode_all(&mut bytes).map_err(|_| Error::Unreadable { what })
}
