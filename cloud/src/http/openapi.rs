// SPDX-License-Identifier: Apache-2.0
//! The API document.

use axum::Json;
use dmsm_primitives::cloud::Receipt;
use utoipa::{
    openapi::{
        security::{ApiKey, ApiKeyValue, SecurityScheme},
        OpenApi as Document,
    },
    Modify, OpenApi, ToSchema,
};

/// A receipt, as it is answered in JSON.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize, ToSchema)]
pub struct ReceiptBody {
    /// Who holds the blob: 0x and 64 digits.
    pub cloud: String,
    /// SHA-256 of the blob, hexadecimal.
    pub digest: String,
    /// Its length.
    pub bytes: u32,
    /// The cloud's BLS signature over the receipt and its owner: 0x and 96 digits.
    pub signature: String,
}

impl From<&Receipt> for ReceiptBody {
    fn from(receipt: &Receipt) -> Self {
        Self {
            cloud: receipt.cloud.to_string(),
            digest: hex::encode(receipt.digest),
            bytes: receipt.bytes,
            signature: format!("0x{}", hex::encode(receipt.signature.0)),
        }
    }
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "dmsm-cloud",
        description = "Keeps ciphertext for a DMSM consortium and hands it out as the chain allows. \
            Errors are JSON, `{\"error\": name, \"message\": text}`; 503 comes with `Retry-After`."
    ),
    modifiers(&Members),
    tags(
        (name = "blobs", description = "Ciphertext by its SHA-256"),
        (name = "records", description = "Stored meter-days"),
        (name = "history", description = "What finalized blocks say"),
        (name = "state", description = "Of the service itself"),
    )
)]
struct Base;

/// How members sign calls.
struct Members;

impl Modify for Members {
    fn modify(&self, document: &mut Document) {
        let header = ApiKeyValue::with_description(
            "Authorization",
            "`DMSM member=<64 hex>,time=<ms>,nonce=<32 hex>,signature=<96 hex>`: the member's BLS signature \
             over method, path and query, SHA-256 of the body, time and a nonce that works once, as \
             `dmsm_primitives::cloud::CallSeal` defines it.",
        );
        let scheme = SecurityScheme::ApiKey(ApiKey::Header(header));
        document.components.get_or_insert_default().add_security_scheme("member", scheme);
    }
}

/// What the service offers, as `GET /openapi.json` answers it.
pub fn document() -> Document {
    let (_, described) = super::paths().split_for_parts();
    Base::openapi().merge_from(described)
}

/// This document.
#[utoipa::path(
    get,
    path = "/openapi.json",
    responses((status = 200, description = "OpenAPI 3.1", body = Object)),
    tag = "state"
)]
pub(super) async fn openapi() -> Json<Document> {
    Json(document())
}
