// SPDX-License-Identifier: Apache-2.0
//! `dmsm notices`

mod dispute;
mod show;

use crate::{
    context::{own_id, Context},
    error::Error,
    output::Verdict,
};
use dmsm_client::{Head, NoticeReader, Selection, VerifiedNotice};
use dmsm_primitives::{BlockNumber, DeviceId};
use show::Shown;
use std::{io::Write, sync::Arc, time::Duration};
use tokio::time::Instant;

/// For how long a broken connection is mended when not following.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Opts {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    read: ReadOpts,
}

/// Verbs about notices.
#[derive(clap::Subcommand)]
enum Command {
    /// Open a false notice on chain. A true one is refused.
    Dispute(dispute::Opts),
}

#[derive(clap::Args)]
struct ReadOpts {
    /// Wait for more. Without it: all there are, then the end.
    #[arg(long)]
    follow: bool,

    /// Of this device alone.
    #[arg(long, value_name = "ID")]
    device: Option<DeviceId>,

    /// From this block on.
    #[arg(long, default_value_t = 0, value_name = "BLOCK")]
    from_block: BlockNumber,

    /// Up to the best block, which a fork may still replace, and not only to the last final one.
    #[arg(long)]
    best: bool,

    /// End after so many notices.
    #[arg(long, value_name = "N")]
    until: Option<u64>,

    /// End after the notice with this sequence, or a later one.
    #[arg(long, value_name = "N", requires = "device")]
    until_sequence: Option<u64>,

    /// With --follow: give up after so many seconds.
    #[arg(long, value_name = "SECONDS", requires = "follow")]
    timeout: Option<u64>,
}

impl ReadOpts {
    fn selection(&self) -> Selection {
        let head = if self.best { Head::Best } else { Head::Finalized };
        Selection { from: self.from_block, device: self.device, head }
    }
}

pub async fn run(opts: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    match opts.command {
        Some(Command::Dispute(opts)) => dispute::run(opts, context, out).await,
        None => read(opts.read, context, out).await,
    }
}

/// A reader of the vault's notices.
async fn reader(context: &Context, selection: Selection) -> Result<NoticeReader, Error> {
    let vault = Arc::new(context.vault()?);
    let client = context.client().await?;
    let owner = match vault.identity() {
        Some(identity) => identity.member_id(),
        None => own_id(&client, Some(&vault), &context.signer_with(&vault)?).await?,
    };
    Ok(NoticeReader::new(client, vault, owner, selection))
}

async fn read(opts: ReadOpts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let mut reader = reader(context, opts.selection()).await?;
    let deadline = opts.timeout.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let mut tally = Tally::default();
    show::heading(context, out)?;
    let ended = loop {
        if opts.until.is_some_and(|until| tally.seen >= until) {
            break false;
        }
        let notice = match next(&mut reader, opts.follow, deadline).await? {
            Next::Notice(notice) => *notice,
            Next::Head => break true,
            Next::TimeOut => {
                let wanted = opts.until.unwrap_or_default();
                tally.report();
                return match (tally.verdict(), opts.until) {
                    (Verdict::Done, Some(_)) => Err(Error::TimeOut {
                        seen: tally.seen,
                        wanted,
                        seconds: opts.timeout.unwrap_or_default(),
                    }),
                    (verdict, _) => Ok(verdict),
                };
            }
        };
        tally.count(&notice);
        show::row(&Shown::from(&notice), context, out)?;
        if opts.until_sequence.is_some_and(|until| notice.sealed.seal.sequence >= until) {
            break false;
        }
    };
    if ended {
        for (device, lost) in reader.missing().await? {
            eprintln!("dmsm: notices of {device} after {} up to {} were not seen", lost.after, lost.until);
            tally.lost += 1;
        }
    }
    tally.report();
    match tally.verdict() {
        Verdict::Done if tally.lost > 0 => Err(Error::NoticesLost(tally.lost)),
        verdict => Ok(verdict),
    }
}

enum Next {
    Notice(Box<VerifiedNotice>),
    Head,
    TimeOut,
}

async fn next(reader: &mut NoticeReader, follow: bool, deadline: Option<Instant>) -> Result<Next, Error> {
    if !follow {
        let notice = reader.next(PATIENCE).await?;
        return Ok(notice.map_or(Next::Head, |notice| Next::Notice(Box::new(notice))));
    }
    let Some(deadline) = deadline else { return Ok(Next::Notice(Box::new(reader.follow().await?))) };
    match tokio::time::timeout_at(deadline, reader.follow()).await {
        Ok(notice) => Ok(Next::Notice(Box::new(notice?))),
        Err(_) => Ok(Next::TimeOut),
    }
}

/// What was seen.
#[derive(Default)]
struct Tally {
    seen: u64,
    /// Proved wrong.
    false_notices: u64,
    /// Neither proved wrong nor right.
    unjudged: u64,
    /// Gaps.
    lost: u64,
}

impl Tally {
    fn count(&mut self, notice: &VerifiedNotice) {
        self.seen += 1;
        match &notice.result {
            Ok(_) => {}
            Err(flaw) if flaw.is_false() => self.false_notices += 1,
            Err(_) => self.unjudged += 1,
        }
        self.lost += u64::from(notice.lost.is_some());
    }

    fn verdict(&self) -> Verdict {
        if self.false_notices > 0 {
            Verdict::FalseNotice
        } else {
            Verdict::Done
        }
    }

    fn report(&self) {
        let Self { seen, false_notices, unjudged, lost } = self;
        let verified = seen - false_notices - unjudged;
        eprintln!(
            "dmsm: {seen} notices, {verified} verified, {false_notices} false, {unjudged} not judged, {lost} gaps"
        );
    }
}
