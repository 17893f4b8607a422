// SPDX-License-Identifier: Apache-2.0
//! The region's data service of a processing node: signed readings in, stored once, handed to the
//! node's worker in the order of their acceptance; bills, usage and advice out.
//!
//! # Overview
//!
//! A processing node P (paper, III.B) owns the plaintext of one region. `dmsm-grid` takes it in:
//! devices deliver readings over HTTP, the service checks each against the chain and its own
//! database, and answers for each by name. What it answered `accepted` is durable. The off-chain
//! worker of the node reads behind a cursor and makes notices of it (paper, V.A). It also asks for
//! the answers that users pay for (paper, V.B), which the service makes of half-hours and tariffs,
//! and for the meter-days that are to be stored and anchored (paper, III.C).
//!
//! | Module | What |
//! |---|---|
//! | [`config`], [`service`] | flags and environment; assembly, start, stop |
//! | [`http`] | the two listeners |
//! | [`ingest`] | what is accepted, what is refused and why |
//! | [`directory`] | who the devices are: a node's storage, behind a cache |
//! | [`store`] | SQLite and PostgreSQL behind one trait |
//! | [`pricing`] | bills, usage, advice and tariffs: integers alone, no database |
//! | [`answers`] | from a question through the store and the prices to an answer |
//! | [`meter_days`] | which meter-days are closed, and the batches of them |
//! | [`import`], [`commands`] | files of readings; what operators do beside the service |
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
//! | `POST /v1/worker/answer` with `request::Question` | `Result<answer::Answer, answer::NoAnswer>` |
//! | `POST /v1/worker/batches` with the chain's time, `Moment` | `Vec<OpenBatch>`, oldest first |
//! | `POST /v1/worker/batch/unsealed` with `(Day, u16 version, u32 limit)` | `Vec<ToSealRow>` in order of the meters |
//! | `POST /v1/worker/batch/sealed` with `(Day, u16, Vec<SealedRow>)` | nothing |
//! | `POST /v1/worker/batch/manifest` with `(Day, u16)` | `Option<Vec<Record>>` in order of the meters; `None` while one is unsealed |
//! | `POST /v1/worker/batch/anchored` with `(Day, u16, [u8; 32] root)` | nothing |
//!
//! Rows count from 1 without gaps, in commit order: behind a row that was read none appears later.
//! The worker's cursor is therefore all it has to remember.
//!
//! An answer comes with 200, and so does a `NoAnswer`: `PeriodRefused` for a usage that is not whole
//! half-hours, is empty, longer than 31 days or ends in the future, and for a month that is none or
//! not over yet; `NoData` where the period has not one reading. Whose meter it is, the worker has
//! checked. 422 `unbillable` means readings or prices that no answer has room for. The same question
//! may be asked again at any time; what a past month answers changes only with late readings, an
//! import, another tariff or offset.
//!
//! Types and bounds of the last five stand in [`dmsm_primitives::storage`]. Each may be called again
//! at any time, with the same result. 404 `unknown-batch` without such a batch; 409 `batch-differs`
//! if a row is sealed otherwise, is not in the batch, or the records have another root, and nothing
//! of the message is kept; 409 `batch-not-ready` if rows are unsealed when the anchor is told.
//!
//! # Stored meter-days
//!
//! - The value of a **slot** is the energy used in that half-hour, in Wh, rounded as in bills; what was
//!   fed in counts 0. A meter-day with more than 2^32 − 1 Wh in a slot is not recorded: it is counted
//!   as refused, and logged once, until its readings change.
//! - A meter-day is **closed** when its UTC day is over by the chain's time, for [`meter_days::SETTLING`]
//!   so that its last readings are in, and either all 48 half-hours have readings or none of its
//!   readings was accepted for `--close-after`. Readings count as accepted when they are first looked
//!   through, imports when they were imported.
//! - Closed meter-days of one day are **cut** into a batch, at most
//!   [`dmsm_primitives::records::MAX_BATCH`], which never changes. It is one version of its day; of a
//!   day one batch is open at a time, so that what comes meanwhile goes into the next version together.
//! - A meter-day is cut again, as a **correction**, only if its half-hours or energies differ from what
//!   was cut last.
//! - Nothing is done at ingest. A call of `batches` looks through [`store::SCAN_ROWS`] new readings,
//!   judges meter-days for 3 s at most, oldest day first, and cuts until
//!   [`dmsm_primitives::storage::MAX_OPEN_BATCHES`] are open. Years of history are worked off call by
//!   call.
//! - Once anything is anchored, each bill carries its **evidence**: the energies of all its UTC days from
//!   the readings as they are now, the same that the bill is made of, and for each day the newest anchored
//!   record with its nonce and its path to the root.
//!
//! # Bills, usage, advice
//!
//! - The energy of a **half-hour** (UTC) is the mean power of its readings for half an hour. Of
//!   several readings of one moment the first accepted counts, signed ones before imported ones.
//!   Rounding stands in [`dmsm_primitives::answer`]. Below zero it is export, priced at nothing.
//! - **Named, never guessed**: half-hours without readings (`missing`, 0 Wh), with fewer moments than
//!   the meter's fullest one of the period (`partial`), with several readings of a moment (`doubled`),
//!   known from an import alone (`unsigned`).
//! - **Months and bands** go by the region's time, `--utc-offset`: one distance from UTC in summer and
//!   winter, in whole half-hours.
//! - A **tariff** gives each half-hour of the week one band. A meter has one tariff for a whole
//!   month: its newest entry up to that month, else the default one.
//! - **Advice** compares at most [`pricing::MAX_OFFERS`] tariffs on offer, in the money of the present
//!   one. The base load is the 5th percentile, by nearest rank, of the mean powers of the half-hours
//!   that have readings. The region's median counts every device with readings in the month, and is
//!   withheld below [`pricing::MIN_REGION_METERS`].
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
//! - **Answers**: `dmsm_grid_answers_total` by kind and outcome. Many `no-data` or `period-refused`
//!   are users' mistakes; `unbillable` among the refused requests is a meter with absurd readings.
//!   `too-slow` after an advice question: the region is large and its base loads are not in memory
//!   yet. The worker asks again and the next try goes on where this one stopped.
//!
//! ## Tariffs
//!
//! ```text
//! dmsm-grid tariff list [--json]
//! dmsm-grid tariff set FILE.json [--replace]
//! dmsm-grid tariff assign --meter 0x… --tariff NAME --from YYYY-MM
//! dmsm-grid tariff default --tariff NAME
//! ```
//!
//! All take `--database` or `DMSM_GRID_DATABASE`, and work beside the running service, which reads
//! tariffs anew for each answer. [`pricing::Draft`] is what a file holds; start from one that
//! `list --json` shows. Prices are integers, thousandths of a minor unit a kWh; the standing charge
//! likewise, a day. A file with a gap or an overlap in its week is refused with the day and the time.
//!
//! Two tariffs ship, those of the Low Carbon London trial, in pence: `lcl-flat`, 14.228 p/kWh at all
//! times and the default; `lcl-tou`, 67.20, 11.76 and 3.99 p/kWh. The trial announced the bands of
//! the latter day by day; **the weekly pattern here is ours**: low 23:00 to 06:00, high 17:00 to 20:00
//! from Monday to Friday, normal else. It published no standing charge, so theirs is 0.
//!
//! - **Prices change**: give the new tariff a name of its own, `assign` it from a month on, and take
//!   the old one off offer (`"on_offer": false`, `set --replace`). `--replace` with other prices, and
//!   another default, change what past months answer from then on.
//! - **A wrong assignment**: assign again with the same month; the last word holds.
//!
//! ## Imports
//!
//! ```text
//! dmsm-grid import --meter 0x… --format lcl --file FILE [--json]
//! ```
//!
//! For meters that measured before they could sign. The worker never sees imported readings, so no
//! notice comes of them, and bills name their half-hours as unsigned. A file is taken whole or, if
//! one line is bad, not at all; the error names file, line and remedy. `Null` is a bad line: a
//! half-hour that is not known has no line. The same file again imports nothing and says so.
//!
//! - **`differing` is not 0**: another power was imported for the same moment before, and holds. To
//!   put the new file in its place, delete the old one's rows first; `imports` holds name, SHA-256
//!   and time of each file: `DELETE FROM imported_readings WHERE import = …`.
//! - **The wrong meter**: delete likewise, import again.
//! - On SQLite an import holds ingest up for a second or so; on PostgreSQL other imports alone.
//!
//! ## Stored meter-days
//!
//! ```text
//! dmsm-grid records status [--from YYYY-MM-DD] [--until YYYY-MM-DD] [--all] [--json]
//! dmsm-grid records waiting --day YYYY-MM-DD [--json]
//! dmsm-grid records recheck --meter 0x… [--from YYYY-MM-DD] [--until YYYY-MM-DD]
//! dmsm-grid records release --day YYYY-MM-DD --version NUMBER --taken-by 0x…
//! ```
//!
//! `status` shows by day which batches are open and what waits for which reason, with `--all` the
//! anchored batches too; `waiting` names the meters.
//!
//! - **Batches stay open** (`dmsm_grid_record_batches_open`): the worker seals and anchors them; see the
//!   node's log. At 16 no more are cut.
//! - **Meter-days are refused** (`dmsm_grid_meter_days_refused`): `records waiting` names the meter.
//!   Delete its absurd readings and have it compared with `records recheck`.
//! - **Readings were deleted or changed by hand** after they were recorded, such as an import of the wrong
//!   meter: bills differ from what is anchored, and households see it. `records recheck` makes
//!   corrections of it.
//! - **The chain has another root for a version** (the node reports a conflict), as when a backup was
//!   restored: `records release` with the chain's root leaves the version to it and has the batch's
//!   meter-days wait for a later one.
//! - Keep `readings` of a day until it is anchored. Delete nothing from `record_batches` and
//!   `record_rows`: evidence and versions stand on them. A recorded meter-day takes about 0.5 kB.
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
//! - A question about a month reads one range of one index for each table of readings, and the
//!   database adds up half-hours. An advice question does so once a meter of the region and hour.
//! - Half-hours are added up outside of any transaction that writes, so that ingest does not wait; a
//!   verdict is kept only if no scan saw the meter-day again meanwhile.
//! - SQL integers are signed, so sequences above 2^63 − 1 are refused by name.

pub mod answers;
pub mod commands;
pub mod config;
pub mod directory;
pub mod error;
pub mod http;
pub mod import;
pub mod ingest;
pub mod meter_days;
pub mod metrics;
pub mod pricing;
pub mod service;
pub mod store;
pub mod warnings;

pub use config::Config;
