// SPDX-License-Identifier: Apache-2.0
//! Calls without a body: their caller is proved before the handler runs.

use super::App;
use crate::{
    auth::{Caller, Need},
    error::AppError,
};
use axum::{extract::FromRequestParts, http::request::Parts};
use sha2::{Digest, Sha256};
use std::sync::Arc;

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = AppError;

    async fn from_request_parts(head: &mut Parts, app: &Arc<App>) -> Result<Self, AppError> {
        let claim = app.auth.claim(head, Need::Member).await?;
        Ok(app.auth.prove(claim, head, Sha256::digest([]).into()).await?)
    }
}
