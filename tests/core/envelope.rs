//! The envelope of a signed payload: the members that make it an event, and the optional ones.

use tower_loops::{EventType, PayloadError, Rejection};

use crate::{json::is_event, receive};
use PayloadError::{InvalidId, InvalidType, NotUtf8};

fn reason(body: impl AsRef<[u8]>) -> Option<PayloadError> {
    match receive(&body) {
        Ok(_) => None,
        Err(Rejection::InvalidPayload { reason, .. }) => Some(reason),
        Err(other) => panic!("{}: {other:?}", body.as_ref().escape_ascii()),
    }
}

#[test]
fn id_and_type_are_required_once_as_text() {
    // Deeper members and other names are ignored.
    let table = r#"
        None {"type":"t","id":"e"}
        MissingType {"id":"e"}
        MissingId {}
        MissingId {"Id":"e","type":"t"}
        MissingId {"id ":"e","type":"t"}
        MissingType {"id":"e","Type":"t"}
        MissingId {"data":{"id":"e","type":"t"}}
        DuplicateId {"id":"e","id":"e","type":"t"}
        DuplicateId {"id":"e","type":"t","\u0069d":"f"}
        DuplicateId {"i\u0064":"e","type":"t","\u0069d":"f"}
        DuplicateType {"id":"e","type":"t","type":"t"}
        DuplicateType {"id":"e","type":"t","typ\u0065":"u"}
        None {"id":"e","type":"t","data":{"id":"x","id":1,"type":1}}
        None {"id":"e","type":"t","\\u0069d":"f","ID":"g","id\u0000":"h"}
    "#;
    for row in table.trim().lines() {
        let (expected, body) = row.trim().split_once(' ').expect("a row");
        let reason = reason(body).map_or("None".to_owned(), |reason| format!("{reason:?}"));
        assert_eq!(reason, expected, "{body}");
    }
    // The last are halves of surrogate pairs, which are not text. In other members they are
    // harmless.
    let others = r#"null 1 true ["e"] {}"#;
    let halves = r#""\ud800" "a\uDFFF" "\ud83d\ud83d" "\ude00\ud83d" "\ud83dx""#;
    for value in others.split(' ').chain(halves.split(' ')) {
        let body = format!(r#"{{"id":{value},"type":"t"}}"#);
        assert_eq!(reason(body), Some(InvalidId), "{value}");
        let body = format!(r#"{{"id":"e","type":{value}}}"#);
        assert_eq!(reason(body), Some(InvalidType), "{value}");
        for member in ["id", "type", r"\u0069d", r"t\u0079pe"] {
            let body = format!(r#"{{"id":"e","type":"t","{member}":{value}}}"#);
            assert_ne!(reason(&body), None, "{body}");
        }
    }
    for half in halves.split(' ') {
        let body = format!(r#"{{"id":"e",{half}:{half},"type":"t","x":[{half}]}}"#);
        assert_eq!(reason(&body), None, "{body}");
    }
}

#[test]
fn escapes_are_read_as_what_they_spell() {
    let bodies = r#"
        {"\u0069d":"evt","type":"t"}
        {"id":"\u0065vt","t\u0079p\u0065":"\u0074"}
        {"id":"a\"b\\c\/d\n","type":"t\tu"}
        {"id":"\ud83d\ude00","type":"\u00e9"}
        {"id":"","type":""}
        {"id":"\u0000","type":" \u007f"}
    "#;
    for body in bodies.trim().lines() {
        assert!(is_event(body), "{body}");
    }
    let known = receive(r#"{"id":"e","type":"charge\u002esucceeded"}"#).unwrap();
    assert_eq!(known.event_type(), &EventType::ChargeSucceeded);
}

#[test]
fn a_payload_is_utf8_throughout() {
    let event = br#"{"id":"e","type":"t","x":[[{"a":"x"}]]}"#;
    let surrogate_and_beyond: [&[u8]; 2] = [b"\xed\xa0\x80", b"\xf4\x90\x80\x80"];
    let cut_or_overlong: [&[u8]; 4] = [b"\xff", b"\xc3", b"\xf0\x9f\x98", b"\xc0\xaf"];
    for bytes in surrogate_and_beyond.into_iter().chain(cut_or_overlong) {
        for offset in 0..=event.len() {
            let (before, after) = event.split_at(offset);
            let body = [before, bytes, after].concat();
            let expected = Some(NotUtf8 { offset });
            assert_eq!(reason(&body), expected, "{}", body.escape_ascii());
        }
    }
}

#[test]
fn a_rejection_has_the_offset_of_malformed_json() {
    let rows = [
        ("", 0),
        ("[]", 0),
        ("  x", 2),
        ("{", 1),
        ("\u{feff}{}", 0),
        (r#"{"id":"e","type":"t"}x"#, 21),
        (r#"{"id":"e","type":"t"} {}"#, 22),
        (r#"{"id":"e","type":"t",}"#, 21),
        (r#"{"id":"e","type":"t""#, 20),
        (r#"{"a":01}"#, 6),
    ];
    for (body, offset) in rows {
        let seen = reason(body);
        assert_eq!(seen, Some(PayloadError::NotJson { offset }), "{body}");
    }
}

#[test]
fn optional_members_are_read_where_they_have_their_type_and_stand_once() {
    let all =
        r#"{"id":"e","type":"t","cre\u0061ted":-5,"livemode":false,"api_version":"\u0032013"}"#;
    let event = receive(all).unwrap();
    let seen = (event.created(), event.livemode(), event.api_version());
    assert_eq!(seen, (Some(-5), Some(false), Some("2013")));
    // The reference tells what is read of each.
    let values = r#"0 -1 9223372036854775807 -9223372036854775808 9223372036854775808 1700000000.0
        1.7e9 1e999 "1700000000" [1700000000] true false "true" [true] "a" "\ud800" null"#;
    for member in ["created", "livemode", "api_version"] {
        for value in values.split_whitespace() {
            let once = format!(r#"{{"id":"e","{member}": {value} ,"type":"t"}}"#);
            let twice = once.replacen(',', &format!(r#","{member}":null,"#), 1);
            let deeper = format!(r#"{{"id":"e","data":{{"{member}":{value}}},"type":"t"}}"#);
            for body in [once, twice, deeper] {
                assert!(is_event(&body), "{body}");
            }
        }
    }
}
