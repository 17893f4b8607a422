// SPDX-License-Identifier: Apache-2.0
//! Members and devices come onto the chain.

use crate::{Device, Member, Network, REGION};
use dmsm_client::{Outcome, Signer, Wait};
use dmsm_primitives::{RegionId, Role, Rule};

impl Network {
    /// Enrols the processor, by the council.
    pub(crate) async fn enrol_processor(&self, processor: &Member) {
        let council = Signer::development("alice").expect("everybody has this key");
        self.enrol(processor, Role::Processor, &council, true).await
    }

    /// Makes keys for the cloud, and enrols it by the council.
    pub(crate) async fn enrol_cloud(&self) {
        let cloud = self.new_vault("cloud");
        let council = Signer::development("alice").expect("everybody has this key");
        self.enrol(&cloud, Role::Cloud, &council, true).await
    }

    /// Makes keys for a user, and enrols it by the processor. Its vault is `NAME.vault`.
    pub async fn enrol_user(&self, name: &str) -> Member {
        let user = self.new_vault(name);
        self.enrol(&user, Role::User, &self.processor().signer, false).await;
        user
    }

    async fn enrol(&self, member: &Member, role: Role, registrar: &Signer, council: bool) {
        let client = self.client().await;
        let account = member.signer.account();
        let invited = client.invite(&account, registrar, council, Wait::Inclusion).await;
        done(invited.expect("the invitation is taken"));
        let region = RegionId(REGION);
        let applied =
            client.apply(&member.vault, &member.id, role, region, &member.signer, Wait::Inclusion).await;
        applied.expect("the application is taken");
        let application = client.application(&account).await.expect("the node answers");
        let hash = application.expect("it waits for approval").hash();
        let approved = client.approve(&account, &hash, registrar, council, Wait::Finalization).await;
        done(approved.expect("the approval is taken"));
    }

    /// Registers and connects a new device of a user, finally.
    pub async fn connect_device(&mut self, owner: &Member, rule: Rule) -> Device {
        let client = self.client().await;
        self.devices += 1;
        let device = Device::new(&owner.id, self.devices, rule, &self.path(""), *client.genesis());
        let registered = client.register(device.public(), rule, &owner.signer, Wait::Inclusion).await;
        registered.expect("the device is registered");
        let proof = device.connection_proof(&owner.id, &client);
        let connected = client.connect_device(&device.id, proof, &owner.signer, Wait::Finalization).await;
        connected.expect("the device is connected");
        device
    }
}

/// A development chain's council is its signer alone.
fn done(outcome: Outcome) {
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
}
