// SPDX-License-Identifier: Apache-2.0
//! `dmsm request usage`

use super::ask::{ask, AskOpts};
use crate::{context::Context, dates, error::Error, output::Verdict};
use dmsm_primitives::{answer::MAX_USAGE_HALF_HOURS, request::Question, Moment, Period};
use std::{io::Write, path::PathBuf};

#[derive(clap::Args)]
pub struct Opts {
    /// The first moment: a date (midnight, UTC), or a moment such as 2012-01-01T06:30:00Z.
    #[arg(long, value_name = "TIME", value_parser = dates::moment)]
    from: Moment,

    /// The first moment after the period, in the same form: the first week of 2012 is
    /// `--from 2012-01-01 --to 2012-01-08`. Both ends are on a half-hour, 31 days apart at most.
    #[arg(long, value_name = "TIME", value_parser = dates::moment)]
    to: Moment,
    #[command(flatten)]
    ask: AskOpts,

    /// Write the answer as Green Button data (ESPI 1.1, XML), too. Half-hours without reading are
    /// left out.
    #[arg(long, value_name = "FILE", requires = "wait")]
    green_button: Option<PathBuf>,
}

pub async fn run(opts: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let period = period(opts.from, opts.to)?;
    ask(|meter| Question::Usage { meter, period }, opts.ask, opts.green_button, context, out).await
}

/// A period that an answer can cover.
fn period(from: Moment, until: Moment) -> Result<Period, Error> {
    let period = Period { from, until };
    let fits = period.half_hours().is_some_and(|half_hours| half_hours.len() <= MAX_USAGE_HALF_HOURS);
    fits.then_some(period).ok_or(Error::BadPeriod)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_that_no_answer_covers_is_refused_before_it_costs() {
        let at = |text| dates::moment(text).unwrap();
        let week = period(at("2012-01-01"), at("2012-01-08")).unwrap();
        assert_eq!(week.half_hours().unwrap().len(), 7 * 48);
        for (from, to) in [
            ("2012-01-01", "2012-01-01"),
            ("2012-01-08", "2012-01-01"),
            ("2012-01-01", "2012-02-02"),
            ("2012-01-01T00:10:00Z", "2012-01-02"),
        ] {
            assert!(matches!(period(at(from), at(to)), Err(Error::BadPeriod)), "{from}..{to}");
        }
    }
}
