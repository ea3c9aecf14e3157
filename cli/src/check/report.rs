//! What is said of each check.

use tower_loops_check::{CheckResult, Concern, Summary, Verdict};

use crate::{
    output::{BAD, BOLD, DIM, GOOD, folded_with, styled},
    text::printable,
};

/// Texts for people: a heading for each concern, a line for what passes, all of what fails.
pub(super) struct Report {
    concern: Option<Concern>,
    is_verbose: bool,
}

impl Report {
    pub(super) fn new(is_verbose: bool) -> Self {
        Self {
            concern: None,
            is_verbose,
        }
    }

    pub(super) fn text(&mut self, result: &CheckResult) -> String {
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
}

type Row = (&'static str, fn(&CheckResult) -> &str);

const ROWS: [Row; 5] = [
    ("sent", |result| result.sent),
    ("expected", |result| result.expected),
    ("got", |result| &result.got),
    ("why", |result| result.why),
    ("to do", |result| result.advice),
];

pub(super) fn summary(summary: &Summary, seconds: f64) -> String {
    let Summary {
        passed,
        failed,
        skipped,
        ..
    } = summary;
    let style = if summary.is_success() { GOOD } else { BAD };
    let counts = format!("{passed} passed, {failed} failed, {skipped} skipped");
    format!("\n{} in {seconds:.1} s", styled(style, &counts))
}
