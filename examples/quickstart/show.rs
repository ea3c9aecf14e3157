//! Results as lines of a terminal, 80 columns wide.

use std::{
    io::{Write, stdout},
    time::Instant,
};

use tower_loops_check::{CheckResult, Concern, Summary, Verdict};

const WIDTH: usize = 80;

pub(crate) struct Show {
    is_plain: bool,
    concern: Option<Concern>,
    start: Instant,
}

impl Show {
    pub(crate) fn new(url: &str, is_plain: bool) -> Self {
        line(&format!("Loops and its attackers against {url}"));
        Self {
            is_plain,
            concern: None,
            start: Instant::now(),
        }
    }

    pub(crate) fn result(&mut self, result: &CheckResult) {
        if self.concern.replace(result.concern) != Some(result.concern) {
            line("");
            line(&self.paint("1", &result.concern.to_string()));
        }
        let (mark, colour) = match result.verdict {
            Verdict::Pass => ("✓", "32"),
            Verdict::Fail => ("✗", "31"),
            Verdict::Skipped => ("-", "33"),
        };
        let [sent, expected, got] = [result.sent, result.expected, &result.got];
        self.folded(&format!(" {} ", self.paint(colour, mark)), sent, "");
        self.folded("   ", &format!("{expected} → {got}"), "2");
        if result.verdict == Verdict::Fail {
            self.folded("   ", result.why, "31");
            self.folded("   ", result.advice, "31");
        }
    }

    pub(crate) fn summary(&self, summary: Summary) {
        let Summary {
            passed,
            failed,
            skipped,
            ..
        } = summary;
        let seconds = self.start.elapsed().as_secs_f64();
        line("");
        line(&format!(
            "{passed} passed, {failed} failed, {skipped} skipped, in {seconds:.0} s."
        ));
    }

    /// The text on as many lines as it takes, three columns from the left.
    fn folded(&self, first: &str, text: &str, colour: &str) {
        let mut lines = vec![String::new()];
        for word in text.split(' ') {
            let last = lines
                .last_mut()
                .filter(|line| line.chars().count() + word.chars().count() + 4 <= WIDTH);
            match last {
                Some(line) if line.is_empty() => line.push_str(word),
                Some(line) => *line += &format!(" {word}"),
                None => lines.push(word.to_owned()),
            }
        }
        for (at, text) in lines.iter().enumerate() {
            let begin = if at == 0 { first } else { "   " };
            line(&format!("{begin}{}", self.paint(colour, text)));
        }
    }

    fn paint(&self, colour: &str, text: &str) -> String {
        if self.is_plain || colour.is_empty() {
            return text.to_owned();
        }
        format!("\x1b[{colour}m{text}\x1b[0m")
    }
}

/// Prints a line. A closed stdout is ignored.
fn line(text: &str) {
    let _ = writeln!(stdout(), "{text}");
}
