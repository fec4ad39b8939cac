//! How much may be found before a check fails: `--max-findings` and `--max-rate`.
//!
//! They count what `--fail-on` counts, over the whole run; what is shown is not their affair.

use clap::builder::{RangedU64ValueParser, TypedValueParser};

/// The arguments.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub(super) struct LimitArgs {
    /// How many findings there may be before the exit code is 1 [default: 0]
    #[arg(long, value_name = "N", value_parser = number())]
    max_findings: Option<usize>,

    /// How many findings there may be for 100 turns that were checked
    ///
    /// A number such as 2 or 0.5. With --max-findings, too, both must hold.
    #[arg(long, value_name = "RATE", value_parser = rate)]
    max_rate: Option<f64>,
}

impl LimitArgs {
    /// Whether none is set, so that a single finding is too many.
    pub(super) fn is_none(self) -> bool {
        self.max_findings.is_none() && self.max_rate.is_none()
    }

    /// Whether so many findings in so many turns are too many.
    #[expect(clippy::cast_precision_loss, reason = "nobody has 2^52 turns")]
    pub(super) fn are_passed(self, findings: usize, turns: usize) -> bool {
        let Self { max_findings, max_rate } = self;
        let rate = 100.0 * findings as f64 / turns.max(1) as f64;
        let most = max_findings.unwrap_or(if max_rate.is_none() { 0 } else { usize::MAX });
        findings > most || max_rate.is_some_and(|most| rate > most)
    }
}

fn number() -> impl TypedValueParser<Value = usize> {
    RangedU64ValueParser::<u64>::new().map(|number| usize::try_from(number).unwrap_or(usize::MAX))
}

fn rate(written: &str) -> Result<f64, String> {
    let rate = written.parse().map_err(|_| "it is a number such as 2 or 0.5".to_owned());
    rate.and_then(|rate: f64| {
        if rate >= 0.0 && rate.is_finite() { Ok(rate) } else { Err("it is 0 or more".to_owned()) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_limits_must_hold() {
        let limits = |max_findings, max_rate| LimitArgs { max_findings, max_rate };
        assert!(limits(None, None).are_passed(1, 10));
        assert!(!limits(None, None).are_passed(0, 10));
        assert!(!limits(Some(2), None).are_passed(2, 10));
        assert!(limits(Some(2), None).are_passed(3, 10));
        assert!(!limits(None, Some(20.0)).are_passed(2, 10));
        assert!(limits(None, Some(19.9)).are_passed(2, 10));
        assert!(limits(Some(1), Some(50.0)).are_passed(2, 10));
        assert!(!limits(None, Some(0.0)).are_passed(0, 0));
    }

    #[test]
    fn a_rate_is_a_number_from_nought() {
        assert_eq!(rate("0.5"), Ok(0.5));
        for wrong in ["-1", "NaN", "inf", "two", ""] {
            assert!(rate(wrong).is_err(), "{wrong}");
        }
    }
}
