// SPDX-License-Identifier: Apache-2.0
//! A question, for people.

use crate::output::rfc3339;
use dmsm_primitives::request::Question;

/// What is asked, on one line, the meter cut short.
pub fn describe(question: &Question) -> String {
    let meter = question.meter().to_string();
    let meter = meter.get(..12).unwrap_or(&meter);
    match question {
        Question::Bill { month, .. } => format!("bill of {month} for {meter}…"),
        Question::Usage { period, .. } => {
            format!("usage from {} to {} of {meter}…", rfc3339(period.from), rfc3339(period.until))
        }
        Question::Advice { month: Some(month), .. } => format!("advice by {month} for {meter}…"),
        Question::Advice { month: None, .. } => format!("advice for {meter}…"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dmsm_primitives::{DeviceId, Month, Period};

    #[test]
    fn questions_are_read_at_a_glance() {
        let meter = DeviceId([0xab; 32]);
        let month = Month { year: 2012, month: 1 };
        assert_eq!(describe(&Question::Bill { meter, month }), "bill of 2012-01 for 0xababababab…");
        let period = Period { from: 1_325_376_000_000, until: 1_325_980_800_000 };
        assert_eq!(
            describe(&Question::Usage { meter, period }),
            "usage from 2012-01-01T00:00:00Z to 2012-01-08T00:00:00Z of 0xababababab…"
        );
        assert_eq!(describe(&Question::Advice { meter, month: None }), "advice for 0xababababab…");
    }
}
