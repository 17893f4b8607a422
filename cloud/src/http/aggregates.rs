// SPDX-License-Identifier: Apache-2.0
//! Sums over all meters of a day, still encrypted.

use super::App;
use crate::{
    aggregate::Aggregate,
    auth::Caller,
    error::{AppError, ErrorBody},
    index::FinalizedBlock,
};
use axum::{
    extract::{
        rejection::{PathRejection, QueryRejection},
        Path, Query, State,
    },
    Json,
};
use dmsm_primitives::{Day, MemberId, Month, RegionId, Scope};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Whose day.
#[derive(serde::Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Of {
    /// The processor's identifier, 0x and 64 digits.
    #[param(value_type = String)]
    processor: MemberId,
}

/// The product of a day's ciphertexts: of each meter the latest anchored version.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize, ToSchema)]
pub struct Product {
    /// The block up to which meter-days are in it.
    pub finalized: FinalizedBlock,
    /// Anchored versions of the day.
    pub versions: u32,
    /// Meters in it.
    pub count: u32,
    /// How many of them lack readings of each of the 48 half-hours; such a half-hour counts as 0 Wh.
    pub missing: Vec<u32>,
    /// The product modulo n², big-endian, hexadecimal: it opens to the packed sums under the scope's
    /// data key.
    pub ciphertext: String,
}

/// The product of the ciphertexts of all meters of a processor's day.
///
/// For the processor, and for whomever its scope was granted to.
#[utoipa::path(
    get,
    path = "/v1/aggregates/{region}/{month}/{day}",
    params(
        ("region" = u32, Path, description = "The region"),
        ("month" = String, Path, description = "The month (UTC) whose data key it is, YYYY-MM"),
        ("day" = String, Path, description = "A day of the month, YYYY-MM-DD"),
        Of,
    ),
    responses(
        (status = 200, description = "The product", body = Product),
        (status = 400, description = "unparsable", body = ErrorBody),
        (status = 401, description = "anonymous, bad-authorization, stale, unknown-member, bad-signature, replayed-nonce", body = ErrorBody),
        (status = 403, description = "suspended, not-granted", body = ErrorBody),
        (status = 404, description = "nothing-anchored, no-data-key", body = ErrorBody),
        (status = 409, description = "incomplete: the processor must hand in manifests again", body = ErrorBody),
        (status = 422, description = "too-many-records", body = ErrorBody),
        (status = 500, description = "bad-ciphertext", body = ErrorBody),
        (status = 503, description = "busy, too-slow, node-unreachable, not-indexed, database-unavailable, store-unavailable: try again, and a slow product goes on meanwhile", body = ErrorBody),
    ),
    security(("member" = [])),
    tag = "records"
)]
pub(super) async fn aggregate(
    State(app): State<Arc<App>>,
    Caller(member): Caller,
    path: Result<Path<(u32, Month, Day)>, PathRejection>,
    query: Result<Query<Of>, QueryRejection>,
) -> Result<Json<Product>, AppError> {
    let Path((region, month, day)) = path.map_err(|error| AppError::Unparsable(error.body_text()))?;
    let Query(Of { processor }) = query.map_err(|error| AppError::Unparsable(error.body_text()))?;
    if day.month() != Some(month) {
        return Err(AppError::Unparsable(format!("{day} is no day of {month}")));
    }
    let scope = Scope { region: RegionId(region), month };
    if member != processor && !app.grants.may_sum(&member, &processor, &scope).await? {
        return Err(AppError::NotGranted);
    }
    let Aggregate { finalized, versions, count, missing, ciphertext } =
        app.aggregates.of(&processor, &scope, day).await?;
    Ok(Json(Product {
        finalized: FinalizedBlock {
            number: finalized.number,
            hash: format!("0x{}", hex::encode(finalized.hash)),
        },
        versions,
        count,
        missing: missing.to_vec(),
        ciphertext: hex::encode(ciphertext),
    }))
}
