//! JSON strings longer than what the walk looks at in one step: wherever in them something stands that is no plain text, it is
//! found, and judged as `serde_json` judges it.

use crate::{json::is_event_to_serde_json, receive};

/// More than two steps, however the string lies in the text.
const LENGTH: usize = 200;

fn assert_in_step(text: &str) -> bool {
    let accepted = receive(text).is_ok();
    assert_eq!(
        accepted,
        is_event_to_serde_json(text.as_bytes()),
        "{}",
        text.escape_debug()
    );
    accepted
}

/// An event with a string of `LENGTH` characters, in which `insert` stands at `place`.
fn event(place: usize, insert: &str) -> String {
    let before = "a".repeat(place);
    let after = "b".repeat(LENGTH - place);
    format!(r#"{{"id":"e","type":"t","x":"{before}{insert}{after}"}}"#)
}

#[test]
fn an_escape_passes_at_every_place() {
    for place in 0..=LENGTH {
        for escape in [
            r"\n",
            r#"\""#,
            r"\\",
            r"\u0022",
            r#"\"\"\""#,
            r#"\\\\\""#,
            "é\\n€",
        ] {
            assert!(assert_in_step(&event(place, escape)), "{place}");
        }
    }
}

#[test]
fn what_is_no_text_is_refused_at_every_place() {
    for place in 0..=LENGTH {
        for wrong in [
            "\n", "\0", "\u{1f}", r"\x", r"\u12g", r"\ ", r#"""#, r#"\\""#, r#"",""#,
        ] {
            assert!(!assert_in_step(&event(place, wrong)), "{place}");
        }
    }
}

#[test]
fn a_text_that_is_cut_off_is_refused_at_every_length() {
    for place in [0, 63, 64, LENGTH] {
        let text = event(place, r"\n");
        for end in 0..text.len() {
            assert!(!assert_in_step(&text[..end]), "{end}");
        }
        assert!(assert_in_step(&text));
    }
}

#[test]
fn strings_of_every_length_stand_behind_each_other() {
    for length in 0..150 {
        let string = "c".repeat(length);
        let strings = format!(r#""{string}","","{string}":"{string}","#);
        let object = strings.replacen(r#"","","#, r#"":"","#, 1);
        let text = format!(r#"{{{object}"id":"e","type":"t","x":["{string}","{string}"]}}"#);
        assert!(assert_in_step(&text), "{length}");
    }
}
