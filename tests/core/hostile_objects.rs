//! Expensive signed objects of up to 1 MiB: time, stack and memory are bounded, and the other
//! fields are read.

use std::{
    thread,
    time::{Duration, Instant},
};

use tower_loops::EventData;

use crate::event;

/// Less without optimization, where the signatures alone take a minute.
const SIZE: usize = 1 << (20 - 3 * cfg!(debug_assertions) as usize);

/// The memory of 10,000 entries of a list, the most that are read.
const ENTRIES: usize = 8 << 20;

/// Repeats the text up to the size.
fn fill(text: &str) -> String {
    text.repeat(SIZE / text.len())
}

/// Expensive values of unknown members, of known ones, and within known ones.
fn hostile_members() -> Vec<(&'static str, String)> {
    let arrays = format!("{}{}", "[".repeat(SIZE / 2), "]".repeat(SIZE / 2));
    let objects = format!("{}1{}", fill(r#"{"id":"#), "}".repeat(SIZE / 6));
    let keys = (0..SIZE / 12).map(|key| format!(r#""{key:07}":1"#));
    let keys = format!("{{{}}}", keys.collect::<Vec<_>>().join(","));
    let number = fill("7");
    let entries = |entry: &str| format!("[{}{entry}]", fill(&format!("{entry},")));
    let text = format!(r#""{}""#, fill(r"\ud83d"));
    let mut members = Vec::new();
    for (name, value) in [
        ("arrays", arrays),
        ("objects", objects),
        ("keys", keys),
        ("number", number.clone()),
        ("exponent", format!("1e{number}")),
        ("zeros", format!("1{}", fill("0"))),
        ("nothings", entries("0")),
        ("nulls", entries("null")),
        ("maps", entries("{}")),
        ("text", text),
    ] {
        for key in ["unknown", "total", "customer", "metadata", "lines"] {
            members.push((name, format!(r#""{key}":{value}"#)));
        }
        let lines = format!(r#""lines":{{"data":[{{"period":{value},"price":{value}}}]}}"#);
        members.push((name, lines));
    }
    let members_to_repeat = r#""total":1 "metadata":{"a":"b"} "lines":[{}] "customer":{"id":"c"}"#;
    for member in members_to_repeat.split(' ') {
        members.push(("duplicates", fill(&format!("{member},")) + member));
    }
    members
}

#[test]
fn a_hostile_object_costs_bounded_time_stack_and_memory() {
    // A tenth of the stack that a thread has by default.
    let reader = thread::Builder::new().stack_size(200 << 10);
    let reading = reader.spawn(|| {
        for (name, member) in hostile_members() {
            let shown = &member[..20];
            let object = format!(r#"{{"id":"in_1",{member},"status":"paid"}}"#);
            let event = event("invoice.payment_failed", &object);
            let start = Instant::now();
            let mut read = None;
            let used = allocation_counter::measure(|| read = event.data().ok());
            let Some(EventData::InvoicePaymentFailed(invoice)) = read else {
                panic!("{name}, {shown}");
            };
            let time = start.elapsed();
            assert!(time < Duration::from_secs(30), "{name}, {shown}: {time:?}");
            let bound = (4 * object.len() + ENTRIES) as u64;
            assert!(used.bytes_max < bound, "{name}, {shown}: {used:?}");
            assert_eq!(invoice.id.as_deref(), Some("in_1"), "{name}, {shown}");
            assert_eq!(invoice.status.as_deref(), Some("paid"), "{name}, {shown}");
        }
    });
    reading.unwrap().join().unwrap();
}
