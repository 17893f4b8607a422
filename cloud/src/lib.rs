// SPDX-License-Identifier: Apache-2.0
//! Keeps ciphertext for the consortium and hands it out as the chain allows.
//!
//! # Overview
//!
//! The cloud (paper, III.C and IV.A) is a member with the role `Cloud`. It holds what is too long for
//! blocks: the ciphertexts of meter-days, the manifests that anchors commit to, and long answers,
//! masked until they are paid. It reads none of it. `dmsm-cloud` names each blob by its SHA-256,
//! checks it on the way in and on the way out, and asks the chain who may have it.
//!
//! | Module | What |
//! |---|---|
//! | [`config`], [`service`] | flags and environment; assembly, start, stop |
//! | [`http`] | the listener; its paths stand in the document that `GET /openapi.json` answers |
//! | [`auth`] | who calls: a member's signature, a time, a nonce that works once |
//! | [`blobs`], [`quota`] | where blobs lie, how they come in, who owns them and how much that is |
//! | [`receipts`] | what the cloud signs for |
//! | [`aggregate`] | products of ciphertexts, which open to sums |
//! | [`access`], [`index`] | what finalized blocks say, in SQL |
//! | [`database`], [`link`] | SQLite and PostgreSQL; the node |
//! | [`commands`] | what operators do beside the service |
//! | [`error`], [`metrics`], [`warnings`] | what is answered, counted and logged otherwise |
//!
//! # Calls
//!
//! | Call | Who |
//! |---|---|
//! | `PUT /v1/blobs/{sha256}`, `POST /v1/blobs` | processors |
//! | `GET /v1/blobs/{sha256}` | its owner; whoever paid for the answer that it is; whomever it was granted to |
//! | `GET /v1/manifests/{processor}/{day}/{version}` | the processor; whomever it was granted to |
//! | `GET /v1/aggregates/{region}/{month}/{day}?processor=` | the processor; whomever its scope was granted to |
//! | `GET /v1/notices`, `/v1/requests`, `/v1/records`, `/v1/credit` | any active member |
//! | `GET /health`, `/metrics`, `/openapi.json` | anybody |
//!
//! Each call but the last is signed: the header `Authorization` holds member, time, nonce and a BLS
//! signature over these, the method, path and query as they stand in the request line, and the
//! SHA-256 of the body ([`dmsm_primitives::cloud`]). It is refused by name if the member is unknown
//! or suspended at the last finalized block (as far as 3 s ago), if its time is more than a minute
//! from this machine's clock, or if its nonce was used. Nonces stand in the database, so that a
//! restart forgets none. Errors are `{"error": <name>, "message": <text>}`, see [`error::AppError`];
//! 503 comes with `Retry-After`.
//!
//! What an answer says of the chain it says of a finalized block, which it names.
//!
//! # Uploads
//!
//! A body takes 1 MiB at most. It is hashed as it comes and dropped as soon as it is longer. The
//! signature of a `PUT` covers the digest in the path, and is checked before the body is read.
//! Answered means durable: the blob is synced to disk, or S3 has it, and the owner's row is
//! committed. Putting a blob again changes nothing, is charged once, and mends it where it was
//! damaged. [`blobs::Intake`] tells what a crash in between leaves: nothing that is handed out,
//! nothing that is charged twice, no blob without an owner.
//!
//! # For operators
//!
//! Start: `dmsm-cloud --vault cloud.age --store file:///var/lib/dmsm/blobs
//! --database sqlite:///var/lib/dmsm/cloud.db --node ws://127.0.0.1:9944`. Each flag has an
//! environment variable, `DMSM_CLOUD_` and its name; `--help` lists them. `RUST_LOG` sets the log.
//! SIGINT and SIGTERM let running calls finish, for at most 10 s.
//!
//! - **S3**: `--store s3://BUCKET/PATH` with `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
//!   `AWS_REGION`, and `AWS_ENDPOINT` for another provider's; `AWS_ALLOW_HTTP=true` without TLS.
//! - **The node** must keep all blocks and their state (`--state-pruning archive-canonical
//!   --blocks-pruning archive`) for as long as the index is behind it. While it is away, calls get
//!   `node-unreachable`.
//! - **The database** belongs to one chain. Back it up together with the store: rows say who owns
//!   which blob. The index alone can be built anew: stop the service, `dmsm-cloud index rebuild`.
//! - **`corrupt`, `missing`** in `dmsm_cloud_calls_refused_total` are blobs that were damaged or
//!   removed in the store. Their owner mends them by putting them again.
//! - **`over-quota`**: `--quota-bytes` holds for each member. A member's bytes stand in the table
//!   `usage`.
//! - **Another BLS key**: after `rotate_keys` of the cloud's member start the service with the new
//!   vault. Receipts that the old key signed are not taken by the chain any more: processors put the
//!   blob again and get a new one. `/health` says whether the chain knows the key.
//!
//! # Security
//!
//! Ciphertext is all that lies here, but who asks for what is seen by whoever sees the traffic: put
//! a proxy that speaks TLS before the listener. It must hand the path on as it is, because it is
//! signed. Bodies, connections, calls at once and their time are bounded, each kind of call has room
//! of its own, and a flood of invented members reaches the node at a bounded rate. Whether a blob is
//! there is told to nobody who may not have it. Files and folders that the service makes are for its
//! own user alone.
//!
//! A node is believed about the chain: run one, or connect to one that is yours.

pub mod access;
pub mod aggregate;
pub mod auth;
pub mod blobs;
pub mod clock;
pub mod commands;
pub mod config;
pub mod database;
pub mod error;
pub mod http;
pub mod index;
pub mod link;
pub mod metrics;
pub mod passphrase;
pub mod quota;
pub mod receipts;
pub mod service;
pub mod warnings;

pub use config::Config;
