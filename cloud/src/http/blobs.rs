// SPDX-License-Identifier: Apache-2.0
//! Blobs in and out.

use super::{body, openapi::ReceiptBody, App};
use crate::{
    auth::{Caller, Need},
    error::{AppError, ErrorBody},
};
use axum::{
    extract::{Request, State},
    http::{header, HeaderMap, Uri},
    response::{IntoResponse, Response},
    Json,
};
use codec::{Compact, Decode, DecodeAll, Encode};
use dmsm_primitives::{cloud::Receipt, MemberId};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Blobs in one call.
pub const MAX_BLOBS: usize = 1_024;

/// SCALE, and blobs themselves.
const BYTES: &str = "application/octet-stream";

/// Keeps a blob of 1 MiB at most, and signs for it.
///
/// For processors. The body digest in the call's signature is the one in the path. Putting a blob
/// again changes nothing but mends it where it was damaged. With `Accept: application/octet-stream`
/// the receipt comes in SCALE.
#[utoipa::path(
    put,
    path = "/v1/blobs/{sha256}",
    params(("sha256" = String, Path, description = "SHA-256 of the body: 64 digits, 0 to 9 and a to f")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 200, description = "It is kept, durably: the cloud's receipt", body = ReceiptBody),
        (status = 401, description = "anonymous, bad-authorization, stale, unknown-member, bad-signature, replayed-nonce", body = ErrorBody),
        (status = 403, description = "suspended, not-a-processor", body = ErrorBody),
        (status = 413, description = "oversize, over-quota; nothing is kept", body = ErrorBody),
        (status = 422, description = "digest-mismatch; nothing is kept", body = ErrorBody),
        (status = 503, description = "busy, too-slow, node-unreachable, database-unavailable, store-unavailable: try again", body = ErrorBody),
    ),
    security(("member" = [])),
    tag = "blobs"
)]
pub(super) async fn put(State(app): State<Arc<App>>, request: Request) -> Result<Response, AppError> {
    let (head, content) = request.into_parts();
    let claim = app.auth.claim(&head, Need::Processor).await?;
    let digest = digest(head.uri.path())?;
    // Before the body comes: a stranger costs no memory.
    let Caller(owner) = app.auth.prove(claim, &head, digest).await?;
    let (bytes, found) = body::read(&head.headers, content).await?;
    if found != digest {
        return Err(AppError::DigestMismatch);
    }
    let length = bytes.len();
    app.intake.keep(&owner, vec![(digest, bytes)]).await?;
    app.metrics.kept(1, length);
    let genesis = app.auth.directory().genesis().await?;
    let receipt = app.receipts.issue(&genesis, owner, digest, length as u32);
    Ok(answer(&head.headers, &receipt))
}

fn answer(headers: &HeaderMap, receipt: &Receipt) -> Response {
    let scale = headers.get(header::ACCEPT).is_some_and(|accept| accept == BYTES);
    match scale {
        true => ([(header::CONTENT_TYPE, BYTES)], receipt.encode()).into_response(),
        false => Json(ReceiptBody::from(receipt)).into_response(),
    }
}

/// Keeps up to 1,024 blobs, 1 MiB with their lengths.
///
/// For processors. The body is `Vec<Vec<u8>>` in SCALE; the answer, `Vec<[u8; 32]>` in SCALE, names the
/// SHA-256 of each in order. All are kept, or none is answered for.
#[utoipa::path(
    post,
    path = "/v1/blobs",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 200, description = "All are kept, durably", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 400, description = "unparsable, cut", body = ErrorBody),
        (status = 401, description = "anonymous, bad-authorization, stale, unknown-member, bad-signature, replayed-nonce", body = ErrorBody),
        (status = 403, description = "suspended, not-a-processor", body = ErrorBody),
        (status = 413, description = "oversize, over-quota; nothing is kept", body = ErrorBody),
        (status = 503, description = "busy, too-slow, node-unreachable, database-unavailable, store-unavailable: try again", body = ErrorBody),
    ),
    security(("member" = [])),
    tag = "blobs"
)]
pub(super) async fn put_many(State(app): State<Arc<App>>, request: Request) -> Result<Response, AppError> {
    let (head, content) = request.into_parts();
    let claim = app.auth.claim(&head, Need::Processor).await?;
    let (bytes, found) = body::read(&head.headers, content).await?;
    let Caller(owner) = app.auth.prove(claim, &head, found).await?;
    let blobs = several(&bytes)?;
    let length = blobs.iter().map(Vec::len).sum();
    let blobs: Vec<_> = blobs.into_iter().map(|blob| (Sha256::digest(&blob).into(), blob)).collect();
    let digests: Vec<[u8; 32]> = blobs.iter().map(|(digest, _)| *digest).collect();
    app.intake.keep(&owner, blobs).await?;
    app.metrics.kept(digests.len(), length);
    Ok(([(header::CONTENT_TYPE, BYTES)], digests.encode()).into_response())
}

/// The blobs of a body; their number is looked at before they take memory.
fn several(bytes: &[u8]) -> Result<Vec<Vec<u8>>, AppError> {
    let unparsable =
        |error: codec::Error| AppError::Unparsable(format!("not Vec<Vec<u8>> in SCALE: {error}"));
    let Compact(count) = Compact::<u32>::decode(&mut &bytes[..]).map_err(unparsable)?;
    if count as usize > MAX_BLOBS {
        return Err(AppError::Oversize("a call takes 1,024 blobs at most"));
    }
    Vec::decode_all(&mut &bytes[..]).map_err(unparsable)
}

/// A blob, checked against its digest.
///
/// For its owner, for whoever paid for the answer it is, and for whomever it was granted to.
#[utoipa::path(
    get,
    path = "/v1/blobs/{sha256}",
    params(("sha256" = String, Path, description = "Its SHA-256: 64 digits, 0 to 9 and a to f")),
    responses(
        (status = 200, description = "The blob", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 400, description = "bad-digest", body = ErrorBody),
        (status = 401, description = "anonymous, bad-authorization, stale, unknown-member, bad-signature, replayed-nonce", body = ErrorBody),
        (status = 403, description = "suspended; not-granted, whether the blob is there or not", body = ErrorBody),
        (status = 500, description = "corrupt: what lies here has another digest; missing: it is gone", body = ErrorBody),
        (status = 503, description = "busy, too-slow, node-unreachable, not-indexed, database-unavailable, store-unavailable: try again", body = ErrorBody),
    ),
    security(("member" = [])),
    tag = "blobs"
)]
pub(super) async fn get(
    State(app): State<Arc<App>>,
    uri: Uri,
    Caller(member): Caller,
) -> Result<Response, AppError> {
    let digest = digest(uri.path())?;
    if !may_read(&app, &member, &digest).await? {
        return Err(AppError::NotGranted);
    }
    let bytes = app.blobs.get(&digest).await?.ok_or(AppError::Missing)?;
    app.metrics.handed_out(bytes.len());
    Ok(([(header::CONTENT_TYPE, BYTES)], bytes).into_response())
}

async fn may_read(app: &App, member: &MemberId, digest: &[u8; 32]) -> Result<bool, AppError> {
    Ok(app.intake.owns(member, digest).await?
        || app.index.answered(member, &app.receipts.member(), digest).await?
        || app.grants.may_read(member, digest).await?)
}

/// The digest that a path names, as it stands in the request line: nothing is decoded, nothing is
/// normalised, and one blob has one path.
fn digest(path: &str) -> Result<[u8; 32], AppError> {
    let digits = path.strip_prefix("/v1/blobs/").ok_or(AppError::BadDigest)?;
    let lower_case = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let mut digest = [0; 32];
    hex::decode_to_slice(digits, &mut digest).map_err(|_| AppError::BadDigest)?;
    lower_case.then_some(digest).ok_or(AppError::BadDigest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_path_names_a_digest_in_one_way_only() {
        let good = "ab".repeat(32);
        assert_eq!(digest(&format!("/v1/blobs/{good}")).unwrap(), [0xab; 32]);
        for wrong in [
            good.to_uppercase(),
            good.replace("ab", "%61b"),
            format!("{good}00"),
            format!("{good}/"),
            format!("../{good}"),
            good[..63].into(),
            format!("0x{}", &good[2..]),
            String::new(),
        ] {
            assert!(matches!(digest(&format!("/v1/blobs/{wrong}")), Err(AppError::BadDigest)), "{wrong}");
        }
    }

    #[test]
    fn a_count_that_nothing_stands_behind_takes_no_memory() {
        let boast = Compact(u32::MAX).encode();
        assert!(matches!(several(&boast), Err(AppError::Oversize(_))));
        // One blob of 2^30 − 1 bytes, none of which are there.
        assert!(matches!(several(&[4, 0xfe, 0xff, 0xff, 0xff]), Err(AppError::Unparsable(_))));
        let many = vec![Vec::<u8>::new(); MAX_BLOBS];
        assert_eq!(several(&many.encode()).unwrap(), many);
        assert!(several(&vec![Vec::<u8>::new(); MAX_BLOBS + 1].encode()).is_err());
    }

    proptest! {
        #[test]
        fn any_body_is_read_without_panic(bytes: Vec<u8>) {
            let _ = several(&bytes);
        }
    }
}
