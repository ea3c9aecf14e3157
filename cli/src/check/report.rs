//! The report of each check.

use tower_loops_check::{CheckResult, Concern, Summary, Verdict};

use crate::{
    output::{BAD, BOLD, DIM, GOOD, folded_with, styled},
    text::printable,
};

/// Texts for people: a heading for each concern, a line for what passes, all of what fails.
pub(super) struct Report {
    concern: Option<Concern>,
    /// Why checks were skipped, and how many for this reason.
    skipped: Vec<(String, usize)>,
    is_verbose: bool,
}

impl Report {
    pub(super) fn new(is_verbose: bool) -> Self {
        Self {
            concern: None,
            skipped: Vec::new(),
            is_verbose,
        }
    }

    pub(super) fn text(&mut self, result: &CheckResult) -> String {
        if result.verdict == Verdict::Skipped {
            self.skip(&result.got);
        }
        let mut text = String::new();
        if self.concern.replace(result.concern) != Some(result.concern) {
            let heading = styled(BOLD, result.concern.as_str());
            text = format!("\n{heading}\n");
        }
        let (style, mark) = match result.verdict {
            Verdict::Pass => (GOOD, "✓"),
            Verdict::Fail => (BAD, "✗"),
            Verdict::Skipped => (DIM, "–"),
        };
        let rows = match result.verdict {
            _ if self.is_verbose => &ROWS[..],
            Verdict::Fail => &ROWS,
            Verdict::Skipped => &ROWS[2..3],
            Verdict::Pass => &[],
        };
        // What passes fits in a row.
        let beside = if rows.is_empty() { result.sent } else { "" };
        let first = format!("  {mark} {:<24} ", printable(result.check));
        let row = folded_with(&printable(beside), &first, &" ".repeat(29));
        text.push_str(&row.trim_end().replacen(mark, &styled(style, mark), 1));
        for (name, value) in rows {
            let first = format!("    {name:<9}");
            text.push('\n');
            text.push_str(&folded_with(
                &printable(value(result)),
                &first,
                &" ".repeat(13),
            ));
        }
        text
    }

    fn skip(&mut self, why: &str) {
        match self.skipped.iter_mut().find(|(other, _)| other == why) {
            Some((_, count)) => *count += 1,
            None => self.skipped.push((why.to_owned(), 1)),
        }
    }

    /// The counts, and why checks were skipped.
    pub(super) fn summary(&self, summary: &Summary, seconds: f64) -> String {
        let Summary {
            passed,
            failed,
            skipped,
            ..
        } = summary;
        let style = if summary.is_success() { GOOD } else { BAD };
        let counts = format!("{passed} passed, {failed} failed, {skipped} skipped");
        let mut text = format!("\n{} in {seconds:.1} s", styled(style, &counts));
        for (why, count) in &self.skipped {
            let first = format!("  {count} skipped: ");
            text.push('\n');
            text.push_str(&folded_with(
                &printable(why),
                &first,
                &" ".repeat(first.len()),
            ));
        }
        text
    }

    /// What the counts leave open, if the run had no time for all checks.
    pub(super) fn incomplete(summary: &Summary) -> Option<String> {
        let left = summary.out_of_time;
        (left > 0).then(|| {
            format!(
                "incomplete: the run's minute was over before {left} checks. They did not fail: \
                 run them with --only CONCERN"
            )
        })
    }
}

type Row = (&'static str, fn(&CheckResult) -> &str);

const ROWS: [Row; 5] = [
    ("sent", |result| result.sent),
    ("expected", |result| result.expected),
    ("got", |result| &result.got),
    ("why", |result| result.why),
    ("to do", |result| result.advice),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_had_no_time_for_all_is_called_incomplete() {
        let mut summary = Summary::default();
        assert_eq!(Report::incomplete(&summary), None);
        summary.skipped = 8;
        assert_eq!(Report::incomplete(&summary), None);
        summary.out_of_time = 7;
        let text = Report::incomplete(&summary).expect("it is incomplete");
        assert!(
            text.starts_with("incomplete: ") && text.contains("before 7 checks"),
            "{text}"
        );
    }

    #[test]
    fn the_reasons_of_skipped_checks_are_counted() {
        let mut report = Report::new(false);
        for why in ["no time", "no count", "no time"] {
            report.skip(why);
        }
        let text = report.summary(&Summary::default(), 1.0);
        assert!(
            text.ends_with("\n  2 skipped: no time\n  1 skipped: no count"),
            "{text}"
        );
    }
}
