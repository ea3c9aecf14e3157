//! What a command prints. Colours are dropped if stdout is not a terminal, or with `NO_COLOR`.

use std::{
    env,
    io::{IsTerminal, Write, stdout},
};

use anstyle::{AnsiColor, Style};
use serde::Serialize;

pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const BOLD: Style = Style::new().bold();

/// Where results go: to people, or as JSON to a program.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    is_json: bool,
}

impl Output {
    pub(crate) fn new(is_json: bool) -> Self {
        Self { is_json }
    }

    /// Prints the value as one line of JSON, or the text that people get instead.
    pub(crate) fn show(self, value: &impl Serialize, text: impl FnOnce() -> String) {
        let text = if self.is_json {
            // Fails only for maps whose keys are not text. There are none.
            serde_json::to_string(value).unwrap_or_default()
        } else {
            text()
        };
        self.line(&text);
    }

    /// A reader that went away does not fail the command.
    fn line(self, text: &str) {
        if self.is_json {
            let _ = writeln!(stdout().lock(), "{text}");
        } else {
            let _ = writeln!(anstream::stdout().lock(), "{text}");
        }
    }
}

pub(crate) fn error(message: &str) {
    complain("error:", BAD, message);
}

pub(crate) fn note(message: &str) {
    complain("note:", BOLD, message);
}

/// Prints to stderr. Paths and URLs stay whole, to be copied.
fn complain(label: &str, style: Style, message: &str) {
    let indent = " ".repeat(label.len() + 1);
    let options = options(&indent, &indent).break_words(false);
    let text = textwrap::fill(message, options);
    let label = styled(style, label);
    let _ = writeln!(anstream::stderr().lock(), "{label} {}", text.trim_start());
}

pub(crate) fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// The text, each line behind the indent and no wider than the terminal.
pub(crate) fn folded(text: &str, indent: &str) -> String {
    folded_with(text, indent, indent)
}

/// As [`folded`], with another indent of the first line.
pub(crate) fn folded_with(text: &str, first: &str, others: &str) -> String {
    textwrap::fill(text, options(first, others))
}

fn options<'a>(first: &'a str, others: &'a str) -> textwrap::Options<'a> {
    textwrap::Options::new(width())
        .initial_indent(first)
        .subsequent_indent(others)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
}

/// The width of the terminal: 80 columns where there is none, at most 100 for reading.
pub(crate) fn width() -> usize {
    let columns = || env::var("COLUMNS").ok()?.parse().ok();
    let terminal = || {
        let (terminal_size::Width(width), _) = terminal_size::terminal_size()?;
        Some(usize::from(width))
    };
    let width = if stdout().is_terminal() {
        columns().or_else(terminal)
    } else {
        columns()
    };
    width.unwrap_or(80).clamp(20, 100)
}
