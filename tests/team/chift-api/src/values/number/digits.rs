//! The value of a JSON number, from its text.

use std::cmp::Ordering;

/// The longest integer that is written out: one more digit than those of 64 bits.
const LONGEST: usize = 20;

/// The value of a number of any size.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Digits {
    is_negative: bool,
    /// The significant digits without zeros at either end; empty for zero.
    significant: String,
    /// The power of ten of the last digit.
    power: i64,
}

impl Digits {
    /// Reads the text of a number. `None` for any other text, and if the exponent has more than 64 bits.
    pub(super) fn new(text: &str) -> Option<Self> {
        let (number, exponent) = match text.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, exponent.parse::<i64>().ok()?),
            None => (text, 0),
        };
        let unsigned = number.strip_prefix('-').unwrap_or(number);
        let (before, after) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let all = format!("{before}{after}");
        if all.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let significant = all.trim_end_matches('0');
        let power = exponent.checked_sub(i64::try_from(after.len()).ok()?)?;
        let power = power.checked_add(i64::try_from(all.len() - significant.len()).ok()?)?;
        let digits = significant.trim_start_matches('0').to_owned();
        if digits.is_empty() {
            return Some(Self { is_negative: false, significant: String::new(), power: 0 });
        }
        Some(Self { is_negative: number.starts_with('-'), significant: digits, power })
    }

    /// The number as an integer and an exponent: `15e-1`.
    pub(super) fn scientific(&self) -> String {
        let sign = if self.is_negative { "-" } else { "" };
        let digits = if self.significant.is_empty() { "0" } else { &self.significant };
        format!("{sign}{digits}e{}", self.power)
    }

    /// The digits of a number whose fraction is zero; `None` for any other number, and for one with too many digits.
    pub(super) fn whole(&self) -> Option<String> {
        let power = usize::try_from(self.power).ok()?;
        if power.saturating_add(self.significant.len()) > LONGEST {
            return None;
        }
        let sign = if self.is_negative { "-" } else { "" };
        let digits = if self.significant.is_empty() { "0" } else { &self.significant };
        Some(format!("{sign}{digits}{}", "0".repeat(power)))
    }

    fn sign(&self) -> i8 {
        match (self.significant.is_empty(), self.is_negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }

    /// The power of ten above the first digit.
    fn magnitude(&self) -> i64 {
        self.power.saturating_add(i64::try_from(self.significant.len()).unwrap_or(i64::MAX))
    }
}

impl Ord for Digits {
    fn cmp(&self, other: &Self) -> Ordering {
        let size = self.magnitude().cmp(&other.magnitude()).then_with(|| self.significant.cmp(&other.significant));
        let size = if self.is_negative { size.reverse() } else { size };
        self.sign().cmp(&other.sign()).then(size)
    }
}

impl PartialOrd for Digits {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Compares the texts of two numbers. A text that is not a number is greater than every number.
pub(super) fn compare(one: &str, other: &str) -> Ordering {
    match (Digits::new(one), Digits::new(other)) {
        (Some(one), Some(other)) => one.cmp(&other),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => one.cmp(other),
    }
}
