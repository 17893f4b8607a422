// SPDX-License-Identifier: Apache-2.0
//! The region's data service of a processing node: signed readings in, stored once, handed to the
//! node's worker in the order of their acceptance.
//!
//! # Overview
//!
//! A processing node P (paper, III.B) owns the plaintext of one region. `dmsm-grid` takes it in:
//! devices deliver readings over HTTP, the service checks each against the chain and its own
//! database, and answers for each by name. What it answered `accepted` is durable. The off-chain
//! worker of the node reads behind a cursor and makes notices of it (paper, V.A).
//!
//! | Module | What |
//! |---|---|
//! | [`config`], [`service`] | flags and environment; assembly, start, stop |
//! | [`http`] | the two listeners |
//! | [`ingest`] | what is accepted, what is refused and why |
//! | [`directory`] | who the devices are: a node's storage, behind a cache |
//! | [`store`] | SQLite and PostgreSQL behind one trait |
//! | [`error`], [`metrics`], [`warnings`] | what is answered, counted and logged otherwise |
//!
//! # Public listener (`--listen`)
//!
//! | Request | Answer |
//! |---|---|
//! | `POST /v1/readings` | 200 if all are kept, 207 if any is refused; 400, 413, 503 for the whole batch |
//! | `GET /health` | 200, or 503 while no reading can be taken; JSON that says why |
//! | `GET /metrics` | Prometheus text |
//!
//! A batch is a list of `dmsm_primitives::SignedReading`; power in mW, temperature in m°C or null,
//! time in ms since the Unix epoch:
//!
//! ```json
//! {"readings": [{"device": "0x…32 bytes", "sequence": 1, "taken_at": 1262304000000,
//!                "power": 230000, "temperature": null, "signature": "0x…64 bytes"}]}
//! ```
//!
//! The answer names one [`ingest::Outcome`] a reading, in order: `{"results": ["accepted"]}`.
//! `accepted` and `duplicate` are success: a device that got no answer sends the same batch again.
//! A batch is one transaction; after 400, 413 or 503 nothing of it is stored (unless the answer to
//! it was lost, and then sending again yields `duplicate`). 503 comes with `Retry-After`. Errors
//! are `{"error": <name>, "message": <text>}`, see [`error::AppError`].
//!
//! Sequences of a device only rise, so it sends them in order; gaps are allowed, going back is not.
//!
//! # Worker listener (`--worker-listen`, loopback only)
//!
//! Every request shows `Authorization: Bearer <token>`. Bodies are SCALE,
//! `application/octet-stream`.
//!
//! | Request | Answer |
//! |---|---|
//! | `GET /v1/worker/readings?after=ROW&limit=N` | `Vec<(u64, SignedReading)>`, rows above `after`, N at most [`http::MAX_ROWS`] |
//! | `POST /v1/worker/lookup` with `Vec<(DeviceId, u64)>`, [`http::MAX_LOOKUP`] at most | `Vec<Option<SignedReading>>`, in order |
//! | `GET /v1/worker/head` | `u64`, the highest row; 0 if there is none |
//!
//! Rows count from 1 without gaps, in commit order: behind a row that was read none appears later.
//! The worker's cursor is therefore all it has to remember.
//!
//! # For operators
//!
//! Start: `dmsm-grid --worker-token-file FILE --database sqlite:///var/lib/dmsm/grid.db --region 1`.
//! Each flag has an environment variable, `DMSM_GRID_` and its name; `--help` lists them. `RUST_LOG`
//! sets the log. Make the token with `openssl rand -hex 32`; the node's worker gets the same one.
//! SIGINT and SIGTERM let running requests finish, for at most 10 s.
//!
//! - **The node is away**: `/health` says so with 503, the log says so once, and the service tries
//!   again, after 250 ms at first, then up to 10 s apart. Batches get `node-unreachable` unless all their
//!   devices were asked about in the last 10 s; devices keep them and send again. Nothing to do but
//!   bring the node back.
//! - **The node is of another chain**: the database is tied to the chain and the region of its
//!   first start with a node, because a reading's signature is worth nothing elsewhere. Give the
//!   other chain another database.
//! - **The disk is full**: batches get `database-unavailable`, and nothing accepted is lost. Make
//!   room; no restart is needed. Rows may be deleted from `readings` once the worker is past
//!   them and bills no longer need them (never the newest of a device, which guards its
//!   sequence); row numbers are not used again.
//! - **The database is locked**: a backup or a shell that holds a write transaction for longer than
//!   5 s yields `database-unavailable` until it ends; reading goes on. Back SQLite up with
//!   `sqlite3 grid.db '.backup FILE'`, never with `cp` of a running database.
//! - **PostgreSQL is away**: at start an error that names the URL; later `database-unavailable`
//!   until it is back. `synchronous_commit = off` is refused at start: accepted means durable.
//! - **The worker lags**: `dmsm_grid_worker_lag_rows` grows. The service does not mind; see the
//!   node's log.
//! - **Refusals rise**: `dmsm_grid_readings_refused_total` by reason. `from-the-future` on many
//!   devices is this machine's clock. Warnings in the log come at most every 10 s, with a count of
//!   those held back.
//!
//! # Security
//!
//! Readings prove themselves, so the public listener asks for no password; but they travel as
//! plaintext. Beyond a trusted network put a proxy that speaks TLS before it. A flood of invented
//! devices reaches the node at a bounded rate only ([`directory::CacheLimits`]); bodies, batches,
//! connections, requests at once and their time are bounded. The worker listener binds to loopback
//! addresses alone and compares tokens in constant time. A database file that the service makes is
//! readable by its own user alone. PostgreSQL beyond this machine: `?sslmode=verify-full`.
//!
//! # Implementation notes
//!
//! - Signatures are checked strictly (RFC 8032 without the leeway that lets one signature fit many
//!   messages under a crooked key).
//! - An unbound device is heard for up to 10 s more, the lifetime of a cached entry; the worker and
//!   the chain judge again.
//! - SQL integers are signed, so sequences above 2^63 − 1 are refused by name.

pub mod config;
pub mod directory;
pub mod error;
pub mod http;
pub mod ingest;
pub mod metrics;
pub mod service;
pub mod store;
pub mod warnings;

pub use config::Config;
