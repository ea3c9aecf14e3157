//! What was seen of the receiver, for the checks of `answers`.

use http::StatusCode;

use crate::{
    endpoint::{Answer, NoAnswer},
    loops::Loops,
};

/// What was sent.
pub(crate) enum Kind {
    Genuine {
        /// Its effects, if they are counted.
        risen: Option<u64>,
        /// Acknowledged without the effects that it must have.
        is_lost: bool,
    },
    /// What must be rejected, with the digest that it would have needed.
    Forged { expected: Option<String> },
    /// What the server may end without a response.
    Oversize,
}

pub(crate) struct Seen {
    pub(crate) kind: Kind,
    pub(crate) status: Option<StatusCode>,
    pub(crate) timed_out: bool,
    /// A line that describes the response, without control characters or the secret.
    pub(crate) got: String,
    pub(crate) has_stack_trace: bool,
    pub(crate) shows_secret: bool,
    pub(crate) shows_digest: bool,
}

impl Seen {
    pub(crate) fn new(kind: Kind, answer: &Result<Answer, NoAnswer>, loops: &Loops) -> Self {
        let text = answer.as_ref().map_or(&[][..], |answer| &answer.text);
        let shows_secret = loops.shows_secret(text);
        let shows_digest = match &kind {
            Kind::Forged {
                expected: Some(digest),
            } => {
                let digest = digest.to_ascii_lowercase();
                digest.len() == 64
                    && String::from_utf8_lossy(text)
                        .to_ascii_lowercase()
                        .contains(&digest)
            }
            _ => false,
        };
        let got = match answer {
            Ok(answer) if shows_secret || shows_digest => answer.status.as_u16().to_string(),
            Ok(answer) => describe(answer),
            Err(error) => printable(&error.to_string()),
        };
        Self {
            kind,
            status: answer.as_ref().ok().map(|answer| answer.status),
            timed_out: matches!(answer, Err(NoAnswer::TimedOut)),
            got,
            has_stack_trace: has_stack_trace(&String::from_utf8_lossy(text)),
            shows_secret,
            shows_digest,
        }
    }
}

/// The status, and where it redirects to or the beginning of the text.
fn describe(answer: &Answer) -> String {
    let text = match &answer.location {
        Some(location) => format!("to {}", printable(location)),
        None => printable(&String::from_utf8_lossy(&answer.text)),
    };
    format!("{} {text}", answer.status.as_u16())
        .trim_end()
        .to_owned()
}

/// At most sixty characters, on one line, without control characters.
pub(crate) fn printable(text: &str) -> String {
    let mut line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.retain(|char| !char.is_control());
    match line.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// Whether it looks like the stack of a common language.
fn has_stack_trace(text: &str) -> bool {
    let frames = [
        "Traceback (most recent call last)",
        "stack backtrace:",
        "goroutine 1 [",
        "Stack trace:",
        "node_modules/",
        "(node:internal",
        "File &quot;",
        "File \"/",
    ];
    frames.iter().any(|frame| text.contains(frame)) || text.lines().any(is_frame) || {
        let breaks = text.replace("\\n", "\n").replace("<br>", "\n");
        breaks.lines().any(is_frame)
    }
}

/// `    at handler (/app/server.js:12:7)`, as JavaScript and Java write it.
fn is_frame(line: &str) -> bool {
    let line = line.trim_start_matches("&nbsp; ").replace("&nbsp;", " ");
    let line = line.trim_start();
    let Some(frame) = line.strip_prefix("at ") else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let place = frame.trim_end().trim_end_matches(['"', '}', ')']);
    place
        .rsplit_once(':')
        .is_some_and(|(_, number)| digits(number))
}
