// SPDX-License-Identifier: Apache-2.0
//! What a network needs before anybody asks for a bill.

use crate::{Member, Network};
use dmsm_client::{RequestType, Signer, Wait};
use dmsm_primitives::{Amount, DeviceId, RequestKind, Role};
use std::path::Path;

/// The London household's half-hours, in the folder `data`.
const READINGS: &str = "lcl-MAC000060-halfhourly.csv";

impl Network {
    /// Imports the London household's readings as those of a meter.
    pub fn import_readings(&self, meter: &DeviceId) {
        self.import(meter, &Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data").join(READINGS));
    }

    /// Imports a file of half-hours as those of a meter.
    pub fn import(&self, meter: &DeviceId, file: &Path) {
        let output = self
            .programs
            .grid()
            .args(["import", "--format", "lcl", "--meter", &meter.to_string(), "--file"])
            .arg(file)
            .args(["--database", &format!("sqlite://{}", self.path("grid.sqlite").display())])
            .output()
            .expect("dmsm-grid starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Gives a member money.
    pub async fn endow(&self, member: &Member, amount: Amount) {
        let (client, account) = (self.client().await, member.signer.account());
        let paid = client.transfer(&account, amount, &alice(), Wait::Inclusion).await;
        paid.expect("the member is paid");
    }

    /// Puts a kind of request on offer for users, finally.
    pub async fn offer(&self, kind: RequestKind, price: Amount, time_limit: u64) {
        let terms = RequestType { price, time_limit, roles: vec![Role::User] };
        let client = self.client().await;
        let set = client.set_request_type(kind, Some(terms), &alice(), true, Wait::Finalization).await;
        set.expect("it is on offer");
    }
}

/// A development chain's money and council.
fn alice() -> Signer {
    Signer::development("alice").expect("everybody has this key")
}
