//! Events a second through each store, against the floor of its engine.

use std::fmt::Write;

use crate::{
    Output,
    svg::{Anchor, Svg, WIDTH, log},
};

/// What one engine reached with this many tasks: the floor in events a second, the others as
/// multiples of it.
struct Load {
    tasks: String,
    floor: f64,
    fresh: f64,
    duplicate: f64,
}

struct Engine {
    name: String,
    floor: String,
    loads: Vec<Load>,
}

const LOW: f64 = 0.1;
const HIGH: f64 = 1000.0;
const LEFT: f64 = 190.0;
const RIGHT: f64 = WIDTH - 100.0;
const TOP: f64 = 90.0;
const TICKS: [f64; 9] = [0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0];

pub(crate) fn draw(results: &str) -> Output {
    let title = "Events a second through each store";
    let subtitle =
        "As a multiple of the bare engine (1×), one write for each event. More is better.";
    let engines = parse(results);
    let mut description = String::new();
    let mut table = String::from(
        "| store, tasks | floor, a second | new event | duplicate |\n|---|---:|---:|---:|\n",
    );
    for Engine { name, loads, .. } in &engines {
        for Load {
            tasks,
            floor,
            fresh,
            duplicate,
        } in loads
        {
            let (new, old) = (thousands(fresh * floor), thousands(duplicate * floor));
            let floor = thousands(*floor);
            let _ = write!(
                description,
                "{name}, {tasks} tasks: new events {fresh:.2} times the floor, duplicates {duplicate:.2} times. "
            );
            let _ = writeln!(
                table,
                "| {name}, {tasks} | {floor} | {fresh:.2} ({new} a second) | {duplicate:.2} ({old} a second) |"
            );
        }
    }

    let bottom = TOP + 126.0 * engines.len() as f64;
    let mut svg = Svg::new(bottom + 36.0, title, subtitle, description.trim_end());
    let mut top = TOP;
    for Engine { name, floor, loads } in &engines {
        let text = format!("{name}: 1× is {floor}");
        svg.text((20.0, top + 12.0), Anchor::Start, "text", &text);
        top += 36.0;
        for tick in TICKS {
            let (colour, width) = if tick == 1.0 {
                ("soft", 2.0)
            } else {
                ("grid", 1.0)
            };
            let rows = 42.0 * loads.len() as f64;
            svg.line(
                &[(across(tick), top - 12.0), (across(tick), top + rows - 9.0)],
                colour,
                width,
            );
        }
        for load in loads {
            let of = [
                ("new", "blue", load.fresh),
                ("duplicate", "orange", load.duplicate),
            ];
            for (what, colour, ratio) in of {
                let label = format!("{} tasks, {what}", load.tasks);
                svg.text((LEFT - 12.0, top + 5.0), Anchor::End, colour, &label);
                svg.line(&[(across(1.0), top), (across(ratio), top)], colour, 6.0);
                svg.dot((across(ratio), top), 6.0, colour);
                let rate = format!("{}/s", thousands(ratio * load.floor));
                svg.text((WIDTH - 20.0, top + 5.0), Anchor::End, colour, &rate);
                top += 21.0;
            }
        }
        top += 6.0;
    }
    for tick in TICKS {
        svg.text(
            (across(tick), bottom + 16.0),
            Anchor::Middle,
            "soft",
            &format!("{tick}×"),
        );
    }
    Output {
        picture: svg.finish(),
        table,
    }
}

fn across(ratio: f64) -> f64 {
    log(ratio, LOW, HIGH, LEFT, RIGHT)
}

/// Reads what `stores ratios` printed for one engine after the other.
fn parse(results: &str) -> Vec<Engine> {
    let mut engines: Vec<Engine> = Vec::new();
    for line in results.lines() {
        if let Some((name, floor)) = line.split_once(": events a second, against ") {
            let (name, floor) = (name.to_owned(), floor.to_owned());
            let loads = Vec::new();
            engines.push(Engine { name, floor, loads });
            continue;
        }
        let Some(Engine { loads, .. }) = engines.last_mut() else {
            continue;
        };
        if let Some(tasks) = line.strip_suffix(" tasks") {
            let (floor, fresh, duplicate) = (0.0, 0.0, 0.0);
            let tasks = tasks.to_owned();
            loads.push(Load {
                tasks,
                floor,
                fresh,
                duplicate,
            });
            continue;
        }
        let figure = |name: &str| -> Option<f64> {
            let rest = line.trim_start().strip_prefix(name)?;
            rest.split_whitespace().next()?.parse().ok()
        };
        if let Some(load) = loads.last_mut() {
            load.floor = figure("floor, a second").unwrap_or(load.floor);
            load.fresh = figure("fresh").unwrap_or(load.fresh);
            load.duplicate = figure("duplicate").unwrap_or(load.duplicate);
        }
    }
    engines
}

/// To three digits: a rate is not more exact.
fn thousands(rate: f64) -> String {
    let unit = 10_f64.powf((rate.log10().floor() - 2.0).max(0.0));
    let digits = format!("{:.0}", (rate / unit).round() * unit);
    match digits.len() {
        length @ 4.. => format!("{},{}", &digits[..length - 3], &digits[length - 3..]),
        _ => digits,
    }
}
