// SPDX-License-Identifier: Apache-2.0
//! Calls about requests, besides asking.

use super::RequestType;
use crate::{
    chain::{self, Static},
    Client, Error, Outcome, Receipt, Signer, Wait,
};
use dmsm_primitives::{RequestId, RequestKind};

impl Client {
    /// Takes a request back that is not accepted yet.
    pub async fn cancel(&self, request: RequestId, signer: &Signer, wait: Wait) -> Result<Receipt, Error> {
        let call = chain::transactions().prepaid().cancel(request);
        Ok(self.submit(&call, signer, wait).await?.receipt)
    }

    /// Puts a kind of request on offer, changes its terms, or takes it off the offer. By the council.
    pub async fn set_request_type(
        &self,
        kind: RequestKind,
        terms: Option<RequestType>,
        signer: &Signer,
        council: bool,
        wait: Wait,
    ) -> Result<Outcome, Error> {
        let call = chain::transactions().prepaid().set_request_type(Static(kind), terms.map(Static));
        self.submit_as(&call, signer, council, wait).await
    }
}
