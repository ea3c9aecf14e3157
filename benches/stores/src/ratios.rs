//! Deliveries a second through layer and store, against the engine's floor, by turns in one run.

use std::time::Duration;

use crate::{
    deliveries::{deliver, events, layer},
    engine::Engine,
};

pub(crate) const ROUNDS: usize = 7;

pub(crate) async fn run<E: Engine>(engine: &E) {
    println!("{}: events a second, against {}", E::NAME, E::FLOOR);
    println!("medians of {ROUNDS} rounds, and the lowest and highest");
    for tasks in [16, 64] {
        let (mut floors, mut fresh, mut duplicates) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            // Before and after the others: what else the machine does changes.
            let before = engine.floor(tasks, E::FLOOR_EVENTS).await;
            let service = layer(engine.empty_store().await);
            let events = events(tasks * E::EVENTS);
            let fresh_time = deliver(&service, &events, tasks, false).await;
            let duplicate_time = deliver(&service, &events, tasks, true).await;
            let after = engine.floor(tasks, E::FLOOR_EVENTS).await;

            let floor = rate(2 * tasks * E::FLOOR_EVENTS, before + after);
            fresh.push(rate(events.len(), fresh_time) / floor);
            duplicates.push(rate(events.len(), duplicate_time) / floor);
            floors.push(floor);
        }
        println!("{tasks} tasks");
        show("  floor, a second", floors);
        show("  fresh", fresh);
        show("  duplicate", duplicates);
    }
}

pub(crate) fn rate(events: usize, time: Duration) -> f64 {
    events as f64 / time.as_secs_f64()
}

pub(crate) fn show(name: &str, mut figures: Vec<f64>) {
    figures.sort_by(f64::total_cmp);
    let (low, median, high) = (figures[0], figures[ROUNDS / 2], figures[ROUNDS - 1]);
    println!("{name:<20} {median:>9.2}  ({low:.2} to {high:.2})");
}
