// SPDX-License-Identifier: Apache-2.0
//! Decimal numbers, exact: no binary fractions anywhere.

/// Most digits of a number that is read.
const MAX_DIGITS: usize = 24;

/// `mantissa / 10^scale`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Decimal {
    mantissa: i128,
    scale: u32,
}

/// Why text is no number.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotANumber {
    /// Something else than an optional sign, digits, and optionally a point and digits.
    #[error("not a decimal number")]
    Malformed,
    /// More than 24 digits.
    #[error("a number of more than 24 digits")]
    TooLong,
}

impl Decimal {
    /// Reads `-?[0-9]+(\.[0-9]+)?`.
    pub fn parse(text: &str) -> Result<Self, NotANumber> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !all_digits(whole) || !all_digits(fraction) {
            return Err(NotANumber::Malformed);
        }
        if whole.len() + fraction.len() > MAX_DIGITS {
            return Err(NotANumber::TooLong);
        }
        let digits = whole.bytes().chain(fraction.bytes());
        let magnitude = digits.fold(0i128, |value, digit| value * 10 + i128::from(digit - b'0'));
        let mantissa = if negative { -magnitude } else { magnitude };
        Ok(Self { mantissa, scale: fraction.len() as u32 })
    }

    /// The product with a whole number of at most twelve digits.
    pub fn times(self, factor: i128) -> Self {
        Self { mantissa: self.mantissa.saturating_mul(factor), scale: self.scale }
    }

    /// The difference; `None` if it is out of range.
    pub fn minus(self, other: Self) -> Option<Self> {
        let scale = self.scale.max(other.scale);
        let widen = |number: Self| number.mantissa.checked_mul(10i128.checked_pow(scale - number.scale)?);
        Some(Self { mantissa: widen(self)?.checked_sub(widen(other)?)?, scale })
    }

    /// The nearest whole number, halves away from zero; `None` if it is out of range.
    pub fn rounded(self) -> Option<i64> {
        let unit = 10i128.checked_pow(self.scale)?;
        let (quotient, rest) = (self.mantissa / unit, self.mantissa % unit);
        let up = if rest.abs() * 2 >= unit { self.mantissa.signum() } else { 0 };
        i64::try_from(quotient + up).ok()
    }

    /// The number, if it is whole and in range.
    pub fn exact(self) -> Option<i64> {
        let unit = 10i128.checked_pow(self.scale)?;
        (self.mantissa % unit == 0).then(|| i64::try_from(self.mantissa / unit).ok()).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kilowatts(text: &str) -> i64 {
        Decimal::parse(text).unwrap().times(1_000_000).rounded().unwrap()
    }

    #[test]
    fn numbers_that_binary_fractions_miss_are_exact() {
        assert_eq!(kilowatts("0.326"), 326_000);
        assert_eq!(kilowatts("4.216"), 4_216_000);
        // As a double, 2.0015 * 10^6 / 1000 is 2001.4999999999998.
        assert_eq!(kilowatts("0.0020015"), 2_002);
        assert_eq!(kilowatts("9007199254.740993"), 9_007_199_254_740_993);
    }

    #[test]
    fn halves_go_away_from_zero() {
        for (text, expected) in [
            ("0.0000005", 1),
            ("-0.0000005", -1),
            ("0.00000049", 0),
            ("-0.00000049", 0),
            ("5.827000141143799", 5_827_000),
            ("-0.035999998450279236", -36_000),
        ] {
            assert_eq!(kilowatts(text), expected, "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "", "-", ".", "1.", ".5", "+1", "--1", "1e3", "1,5", "0x1", " 1", "1 ", "1.2.3", "∞", "NaN", "１",
        ] {
            assert_eq!(Decimal::parse(text), Err(NotANumber::Malformed), "{text}");
        }
        assert_eq!(Decimal::parse(&"9".repeat(25)), Err(NotANumber::TooLong));
        assert_eq!(Decimal::parse(&"9".repeat(20)).unwrap().times(1_000_000).rounded(), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_panic(text: String, factor in 0i128..1_000_000_000_000) {
            if let Ok(number) = Decimal::parse(&text) {
                let number = number.times(factor);
                let _ = (number.rounded(), number.exact(), number.minus(number));
            }
        }

        #[test]
        fn whole_thousandths_come_back(value in -1_000_000_000_000i64..1_000_000_000_000) {
            let text = crate::output::thousandths(value);
            prop_assert_eq!(Decimal::parse(&text).unwrap().times(1000).exact(), Some(value));
            prop_assert_eq!(Decimal::parse(&text).unwrap().times(1000).rounded(), Some(value));
        }

        #[test]
        fn differences_are_exact(a in -1_000_000i64..1_000_000, b in -1_000_000i64..1_000_000) {
            let number = |value| Decimal::parse(&crate::output::thousandths(value)).unwrap();
            let difference = number(a).minus(number(b)).unwrap();
            prop_assert_eq!(difference.times(1000).exact(), Some(a - b));
        }
    }
}
