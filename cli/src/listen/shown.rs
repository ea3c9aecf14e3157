//! What is shown of a delivery: in the terminal, as JSON, and on the page.

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;
use serde_json::Value;
use tower_loops::explain::Finding;

use super::gate::Checked;
use crate::{
    output::{BAD, BOLD, DIM, GOOD, folded, styled},
    text::excerpt,
};

/// Type and id. A rejected delivery may lie about both.
pub(super) struct Event {
    pub(super) event_type: Option<String>,
    pub(super) id: Option<String>,
}

impl Event {
    pub(super) fn of(checked: &Checked, body: &[u8]) -> Self {
        if let Ok(event) = &checked.result {
            return Self {
                event_type: Some(event.event_type().as_str().to_owned()),
                id: Some(event.id().to_owned()),
            };
        }
        let json = serde_json::from_slice(body).unwrap_or(Value::Null);
        let text = |name: &str| json.get(name).and_then(Value::as_str).map(str::to_owned);
        Self {
            event_type: text("type"),
            id: text("id"),
        }
    }
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Shown {
    /// From 1, in the order of arrival.
    pub(crate) number: u64,
    pub(super) received_at: Timestamp,
    pub(super) method: String,
    pub(super) path: String,
    #[serde(rename = "type")]
    pub(super) event_type: Option<String>,
    pub(super) id: Option<String>,
    pub(crate) outcome: Outcome,
    /// The kind of the rejection.
    pub(super) reason: Option<&'static str>,
    pub(super) causes: Vec<Finding>,
    /// Whether a verified delivery had the same id and type before.
    pub(super) duplicate: bool,
    pub(super) bytes: usize,
    pub(super) status: u16,
    pub(super) forwarded: bool,
    /// Why the application did not answer.
    pub(super) error: Option<String>,
    pub(super) file: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Outcome {
    Verified,
    Rejected,
}

impl Shown {
    /// For people: time, type, id and outcome in a line, and below it what is wrong.
    pub(super) fn text(&self) -> String {
        let time = self.received_at.to_zoned_datetime(TimeZone::system());
        let time = styled(DIM, &time.strftime("%H:%M:%S").to_string());
        let text = |text: &Option<String>, other| excerpt(text.as_deref().unwrap_or(other), 60);
        let (event_type, id) = (text(&self.event_type, "no event"), text(&self.id, "no id"));
        let (style, mark, outcome) = match self.outcome {
            Outcome::Verified => (GOOD, "✓", "verified"),
            Outcome::Rejected => (BAD, "✗", self.reason.unwrap_or("rejected")),
        };
        let mut line = format!(
            "{time} {} {event_type}  {id}  {}  {}",
            styled(style, mark),
            styled(style, outcome),
            self.status
        );
        if self.duplicate {
            line.push_str(&styled(BOLD, "  duplicate"));
        }
        let details = (self.causes.iter())
            .map(|finding| format!("{}: {}", finding.cause().as_str(), finding.detail()))
            .chain(
                self.error
                    .as_ref()
                    .map(|error| format!("not forwarded: {error}")),
            );
        for detail in details {
            line.push('\n');
            line.push_str(&folded(&excerpt(&detail, 400), "         "));
        }
        line
    }
}
