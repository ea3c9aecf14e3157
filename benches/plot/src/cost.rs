//! The cost of a delivery against the size of its body, beside other crates.

use std::fmt::Write;

use crate::{
    Output,
    svg::{Anchor, Svg, log},
};

const SIZES: [(&str, f64); 4] = [
    ("1.5 KiB", 1.5),
    ("16 KiB", 16.0),
    ("256 KiB", 256.0),
    ("1 MiB", 1024.0),
];

/// What the bench calls it, what the picture calls it, its colour, the width of its line.
const SERIES: [(&str, &str, &str, f64); 7] = [
    (
        "async-stripe-webhook, construct_event, event and object read",
        "async-stripe-webhook: typed object",
        "red",
        2.0,
    ),
    (
        "ours, verify and data, event and object read",
        "tower-loops: typed object",
        "blue",
        3.5,
    ),
    (
        "svix, verify, event not read",
        "svix: signature only",
        "purple",
        2.0,
    ),
    (
        "layer, event read",
        "tower-loops: layer, event checked",
        "blue",
        3.5,
    ),
    (
        "webhook-verify (Stripe), layer, event not read",
        "webhook-verify: signature only",
        "orange",
        2.0,
    ),
    (
        "tower-github-webhook, layer, event not read",
        "tower-github-webhook: signature only",
        "green",
        2.0,
    ),
    (
        "core, event not read",
        "tower-loops: signature only",
        "blue",
        3.5,
    ),
];

const TOP: f64 = 90.0;
const BOTTOM: f64 = 420.0;
const LEFT: f64 = 62.0;
const RIGHT: f64 = 420.0;
const MOST: f64 = 20.0;

pub(crate) fn draw(results: &str) -> Output {
    let title = "The cost of one delivery against the size of its body";
    let subtitle = "Time as a multiple of one HMAC-SHA256 over the same body. Less is better.";
    let values = SERIES.map(|(name, ..)| SIZES.map(|(size, _)| ratio(results, name, size)));
    let mut description = String::from("Multiples of raw HMAC at 1.5 KiB, 16 KiB, 256 KiB, 1 MiB.");
    let mut table =
        String::from("| | 1.5 KiB | 16 KiB | 256 KiB | 1 MiB |\n|---|---:|---:|---:|---:|\n");
    for ((_, name, ..), values) in SERIES.iter().zip(values) {
        let [a, b, c, d] = values.map(|value| format!("{value:.2}"));
        let _ = write!(description, " {name}: {a}, {b}, {c}, {d}.");
        let _ = writeln!(table, "| {name} | {a} | {b} | {c} | {d} |");
    }

    let mut svg = Svg::new(470.0, title, subtitle, &description);
    for tick in [1.0, 2.0, 5.0, 10.0, 20.0] {
        svg.line(&[(LEFT, height(tick)), (RIGHT, height(tick))], "grid", 1.0);
        let at = (LEFT - 10.0, height(tick) + 5.0);
        svg.text(at, Anchor::End, "soft", &format!("{tick}×"));
    }
    for (name, size) in SIZES {
        svg.text((across(size), BOTTOM + 28.0), Anchor::Middle, "soft", name);
    }
    // The lines are in the order of their ends, the lowest last: no label is drawn over another.
    let mut lowest = BOTTOM;
    for ((_, name, colour, width), values) in SERIES.iter().zip(values).rev() {
        let points: Vec<(f64, f64)> = SIZES
            .iter()
            .zip(values)
            .map(|((_, size), value)| (across(*size), height(value)))
            .collect();
        svg.line(&points, colour, *width);
        points
            .iter()
            .for_each(|at| svg.dot(*at, width + 1.0, colour));
        let end = height(values[3]);
        let label = f64::min(end, lowest);
        lowest = label - 22.0;
        svg.line(&[(RIGHT + 8.0, end), (RIGHT + 22.0, label)], "soft", 1.0);
        let text = format!("{name} {}×", short(values[3]));
        svg.text((RIGHT + 28.0, label + 5.0), Anchor::Start, colour, &text);
    }
    Output {
        picture: svg.finish(),
        table,
    }
}

fn across(size: f64) -> f64 {
    log(size, SIZES[0].1, SIZES[3].1, LEFT + 16.0, RIGHT)
}

fn height(value: f64) -> f64 {
    log(value, 1.0, MOST, BOTTOM, TOP)
}

/// The column `ratio` of the row for this subject and size.
fn ratio(results: &str, name: &str, size: &str) -> f64 {
    let what = format!("| {name} / raw HMAC, {size} |");
    let row = results.lines().find(|line| line.starts_with(&what));
    let ratio = row.and_then(|row| row.split('|').nth(4)?.trim().parse().ok());
    ratio.unwrap_or_else(|| panic!("no row {what}"))
}

fn short(value: f64) -> String {
    match value < 9.95 {
        true => format!("{value:.1}"),
        false => format!("{value:.0}"),
    }
}
