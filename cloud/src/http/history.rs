// SPDX-License-Identifier: Apache-2.0
//! What the chain's history says: pages for any active member.

use super::App;
use crate::{
    auth::Caller,
    error::{AppError, ErrorBody},
    index::{
        CreditEntry, CreditFilter, NoticeEntry, NoticeFilter, Page, Paging, RecordEntry, RecordFilter,
        RequestEntry, RequestFilter,
    },
};
use axum::{
    extract::{rejection::QueryRejection, Query, State},
    Json,
};
use std::sync::Arc;

type Asked<T> = Result<Query<T>, QueryRejection>;

fn asked<F>(filter: Asked<F>, paging: Asked<Paging>) -> Result<(F, Paging), AppError> {
    let unparsable = |error: QueryRejection| AppError::Unparsable(error.body_text());
    Ok((filter.map_err(unparsable)?.0, paging.map_err(unparsable)?.0))
}

macro_rules! history {
    ($(#[$doc:meta])* $name:ident, $path:literal, $filter:ty, $entry:ty) => {
        $(#[$doc])*
        #[utoipa::path(
            get,
            path = $path,
            params($filter, Paging),
            responses(
                (status = 200, description = "A page", body = Page<$entry>),
                (status = 400, description = "unparsable", body = ErrorBody),
                (status = 401, description = "anonymous, bad-authorization, stale, unknown-member, bad-signature, replayed-nonce", body = ErrorBody),
                (status = 403, description = "suspended", body = ErrorBody),
                (status = 503, description = "busy, too-slow, node-unreachable, not-indexed, database-unavailable: try again", body = ErrorBody),
            ),
            security(("member" = [])),
            tag = "history"
        )]
        pub(super) async fn $name(
            State(app): State<Arc<App>>,
            _: Caller,
            filter: Asked<$filter>,
            paging: Asked<Paging>,
        ) -> Result<Json<Page<$entry>>, AppError> {
            let (filter, paging) = asked(filter, paging)?;
            Ok(Json(app.index.$name(&filter, &paging).await?))
        }
    };
}

history! {
    /// Notices, as finalized blocks hold them.
    notices, "/v1/notices", NoticeFilter, NoticeEntry
}
history! {
    /// Requests, as far as finalized blocks tell.
    requests, "/v1/requests", RequestFilter, RequestEntry
}
history! {
    /// Anchored meter-days.
    records, "/v1/records", RecordFilter, RecordEntry
}
history! {
    /// Changes of the processors' credit.
    credit, "/v1/credit", CreditFilter, CreditEntry
}
