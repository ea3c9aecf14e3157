//! The report of one delivery.

use serde::Serialize;
use serde_json::Value;

use crate::{
    client::{Answer, NoAnswer},
    output::{BAD, DIM, GOOD, folded, styled},
    text::{excerpt, printable},
};

/// One delivery and its answer.
#[derive(Debug, Serialize)]
pub(crate) struct Delivered {
    #[serde(rename = "type")]
    event_type: Option<String>,
    id: Option<String>,
    #[serde(skip)]
    length: usize,
    status: Option<u16>,
    #[serde(skip)]
    status_text: String,
    milliseconds: Option<f64>,
    body: Option<String>,
    error: Option<String>,
}

impl Delivered {
    pub(crate) fn new(sent: &[u8], result: Result<Answer, NoAnswer>) -> Self {
        let json = serde_json::from_slice(sent).unwrap_or(Value::Null);
        let text = |name: &str| json.get(name).and_then(Value::as_str).map(str::to_owned);
        let (answer, error) = match result {
            Ok(answer) => (Some(answer), None),
            Err(error) => (None, Some(error.to_string())),
        };
        let answer = answer.as_ref();
        Self {
            event_type: text("type"),
            id: text("id"),
            length: sent.len(),
            status: answer.map(|answer| answer.status.as_u16()),
            status_text: answer.map_or_else(String::new, |answer| answer.status.to_string()),
            milliseconds: answer.map(|answer| round(answer.time.as_secs_f64() * 1000.0)),
            body: answer.map(|answer| String::from_utf8_lossy(&answer.body).into_owned()),
            error,
        }
    }

    pub(crate) fn is_accepted(&self) -> bool {
        matches!(self.status, Some(200..=299))
    }

    pub(crate) fn status(&self) -> Option<u16> {
        self.status
    }

    pub(crate) fn event(&self) -> String {
        match (&self.event_type, &self.id) {
            (Some(event_type), Some(id)) => {
                format!("{}  {}", excerpt(event_type, 60), excerpt(id, 60))
            }
            _ => format!("{} bytes that are not an event", self.length),
        }
    }

    /// For people: a line for the delivery, and what the endpoint says below it.
    pub(crate) fn text(&self) -> String {
        let event = self.event();
        if let Some(error) = &self.error {
            let what = format!("{} {event}", styled(BAD, "✗"));
            return format!("{what}\n{}", folded(&printable(error), "  "));
        }
        let (style, mark) = if self.is_accepted() {
            (GOOD, "✓")
        } else {
            (BAD, "✗")
        };
        let status = styled(style, &self.status_text);
        let time = self.milliseconds.unwrap_or_default();
        let mut text = format!("{} {event}  {status}  {time} ms", styled(style, mark));
        let body = self.body.as_deref().unwrap_or_default().trim();
        if !body.is_empty() {
            let body = folded(&excerpt(body, 400), "  ");
            text.push('\n');
            text.push_str(&styled(DIM, &body));
        }
        text
    }
}

/// Tenths of a millisecond.
fn round(milliseconds: f64) -> f64 {
    (milliseconds * 10.0).round() / 10.0
}
