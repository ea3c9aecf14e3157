//! The table that is printed: a section for each group of deliveries, a row for each delivery.

use serde_json::Value;

use crate::{delivery::Outcome, play::Played, style::Style};

const HEADINGS: [&str; 5] = [
    "What was sent",
    "What was answered",
    "What the handler saw",
    "Secret",
    "Time",
];

pub(crate) type Section = (&'static str, Vec<Played>);

type Cells = [String; 5];

pub(crate) fn render(sections: &[Section], style: &Style) -> String {
    let played = || sections.iter().flat_map(|(_, played)| played);
    let widths = widths(played().map(cells));
    let rule = style.dim(&widths.map(|width| "─".repeat(width)).join("──"));
    let headings = align(&HEADINGS.map(str::to_owned), &widths);

    let mut lines = vec![format!("   {}", style.bold(&headings))];
    for (title, played) in sections {
        lines.push(format!("   {rule}\n   {}", style.bold(title)));
        for delivery in played {
            let cells = align(&cells(delivery), &widths);
            if delivery.is_as_expected() {
                lines.push(format!(" {} {cells}", style.green("✓")));
            } else {
                let expected = describe(&delivery.expected);
                lines.push(style.red(&format!(" ✗ {cells}")));
                lines.push(style.red(&format!("     should be: {expected}")));
            }
        }
    }
    lines.push(format!("   {rule}"));
    lines.join("\n")
}

fn cells(played: &Played) -> Cells {
    let sent = played.sent.to_owned();
    match &played.came {
        Ok(outcome) => {
            let time = format!("{:.1} ms", played.time.as_secs_f64() * 1000.0);
            [sent, answered(outcome), saw(outcome), secret(outcome), time]
        }
        Err(error) => [sent, error.clone(), "?".into(), "?".into(), "?".into()],
    }
}

fn describe(outcome: &Outcome) -> String {
    let saw = format!("{} {}", saw(outcome), secret(outcome));
    format!("{}; {}", answered(outcome), saw.trim_end())
}

/// The status, and the error text where there is one.
fn answered(outcome: &Outcome) -> String {
    let status = outcome.status.as_u16();
    let json = serde_json::from_str(&outcome.answer).unwrap_or(Value::Null);
    match json["error"].as_str() {
        Some(error) => format!("{status} {error}"),
        None => format!("{status} {}", outcome.answer),
    }
}

fn saw(outcome: &Outcome) -> String {
    if outcome.seen.is_empty() {
        return "not called".to_owned();
    }
    let summaries = outcome.seen.iter().map(|seen| seen.summary.as_str());
    summaries.collect::<Vec<_>>().join(" | ")
}

fn secret(outcome: &Outcome) -> String {
    let secret = outcome.seen.first().map(|seen| seen.secret_index);
    secret.map_or(String::new(), |index| format!("#{index}"))
}

fn widths(rows: impl Iterator<Item = Cells>) -> [usize; 5] {
    let headings = HEADINGS.map(|heading| heading.chars().count());
    rows.fold(headings, |mut widths, row| {
        for (width, cell) in widths.iter_mut().zip(&row) {
            *width = cell.chars().count().max(*width);
        }
        widths
    })
}

/// Text to the left, the time to the right of its column.
fn align([sent, answered, saw, secret, time]: &Cells, widths: &[usize; 5]) -> String {
    let [a, b, c, d, e] = *widths;
    format!("{sent:a$}  {answered:b$}  {saw:c$}  {secret:d$}  {time:>e$}")
}
