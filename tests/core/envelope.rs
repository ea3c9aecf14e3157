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
    #[rustfmt::skip]
    let rows = [
        (r#"{"\u0069d":"evt","type":"t"}"#, "evt", "t"),
        (r#"{"id":"\u0065vt","t\u0079p\u0065":"\u0074"}"#, "evt", "t"),
        (r#"{"id":"a\"b\\c\/d\n","type":"t\tu"}"#, "a\"b\\c/d\n", "t\tu"),
        (r#"{"id":"\ud83d\ude00","type":"\u00e9"}"#, "\u{1f600}", "\u{e9}"),
        (r#"{"id":"","type":""}"#, "", ""),
        (r#"{"id":"\u0000","type":" \u007f"}"#, "\0", " \u{7f}"),
    ];
    for (body, id, event_type) in rows {
        let event = receive(body).unwrap_or_else(|rejection| panic!("{body}: {rejection:?}"));
        let seen = (event.id(), event.event_type().as_str());
        assert_eq!(seen, (id, event_type), "{body}");
    }
    let known = receive(r#"{"id":"e","type":"charge\u002esucceeded"}"#).unwrap();
    assert_eq!(known.event_type(), &EventType::ChargeSucceeded);
}

#[test]
fn a_payload_is_utf8_throughout() {
    let rows: [(&[u8], usize); 9] = [
        (b"{\"id\":\"e\",\"type\":\"t\",\"x\":\"\xff\"}", 26),
        (b"{\"id\":\"e\",\"type\":\"t\",\"\xfe\":1}", 22),
        (
            b"{\"id\":\"e\",\"type\":\"t\",\"x\":[[{\"a\":\"\xc3\"}]]}",
            33,
        ),
        (b"{\"id\":\"e\",\"type\":\"t\",\"x\":\"\xc0\xaf\"}", 26),
        (b"{\"id\":\"e\",\"type\":\"t\",\"x\":\"\xed\xa0\x80\"}", 26),
        (
            b"{\"id\":\"e\",\"type\":\"t\",\"x\":\"\xf4\x90\x80\x80\"}",
            26,
        ),
        (b"{\"id\":\"e\",\"type\":\"t\",\"x\":\"\xf0\x9f\x98\"}", 26),
        (b"{\"id\":\"\xff\",\"type\":\"t\"}", 7),
        (b"{\"id\":\"e\",\"type\":\"t\"}\xff", 21),
    ];
    for (body, offset) in rows {
        let expected = Some(NotUtf8 { offset });
        assert_eq!(reason(body), expected, "{}", body.escape_ascii());
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
    let read =
        "created 1700000000 0 -1 9223372036854775807 -9223372036854775808|livemode true false";
    let unread = r#"created 9223372036854775808 1700000000.0 1.7e9 1e999 "1700000000" true [1700000000] null|
        livemode 1 "true" [true] null|api_version 2025 "\ud800" null"#;
    for (rows, is_read) in [(read, true), (unread, false)] {
        let rows = rows.split('|').flat_map(|row| {
            let (member, values) = row.trim().split_once(' ').expect("a row");
            values.split(' ').map(move |value| (member, value))
        });
        for (member, value) in rows {
            let body = format!(r#"{{"id":"e","{member}": {value} ,"type":"t"}}"#);
            let event = receive(&body).unwrap();
            let created = event.created().map(|created| created.to_string());
            let livemode = event.livemode().map(|livemode| livemode.to_string());
            let read = created.or(livemode);
            assert_eq!(read.as_deref(), is_read.then_some(value), "{body}");
            assert_eq!(event.api_version(), None, "{body}");

            let twice = body.replacen(',', &format!(r#","{member}":null,"#), 1);
            let event = receive(&twice).unwrap();
            let read = (event.created(), event.livemode(), event.api_version());
            assert_eq!(read, (None, None, None), "{twice}");
        }
    }
    let escaped = r#"{"id":"e","type":"t","cre\u0061ted":5,"api_version":"2013\u002d02-13"}"#;
    let event = receive(escaped).unwrap();
    let seen = (event.created(), event.api_version());
    assert_eq!(seen, (Some(5), Some("2013-02-13")));
    let twice = r#"{"id":"e","type":"t","api_version":"a","api_version":"a"}"#;
    assert_eq!(receive(twice).unwrap().api_version(), None);
    let deeper = is_event(r#"{"id":"e","type":"t","data":{"created":5}}"#);
    assert!(deeper, "none, as the reference");
}
