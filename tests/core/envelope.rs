//! The envelope of a signed payload: what every event has, and what makes it none.

use std::error::Error;

use tower_loops::{EventType, PayloadError, Rejection};

use crate::receive;
use PayloadError::{BadId, BadType, NoId, NoType, NotUtf8, RepeatedId, RepeatedType};

fn reason(body: impl AsRef<[u8]>) -> Option<PayloadError> {
    match receive(&body) {
        Ok(_) => None,
        Err(Rejection::InvalidPayload { reason, .. }) => Some(reason),
        Err(other) => panic!("{}: {other:?}", body.as_ref().escape_ascii()),
    }
}

#[test]
fn id_and_type_are_required_strings() {
    let rows = [
        (r#"{"id":"e","type":"t"}"#, None),
        (r#"{"type":"t","id":"e"}"#, None),
        (r#"{"id":"e"}"#, Some(NoType)),
        (r#"{"type":"t"}"#, Some(NoId)),
        ("{}", Some(NoId)),
        (r#"{"id":null,"type":"t"}"#, Some(BadId)),
        (r#"{"id":1,"type":"t"}"#, Some(BadId)),
        (r#"{"id":true,"type":"t"}"#, Some(BadId)),
        (r#"{"id":["e"],"type":"t"}"#, Some(BadId)),
        (r#"{"id":{"id":"e"},"type":"t"}"#, Some(BadId)),
        (r#"{"id":"e","type":null}"#, Some(BadType)),
        (r#"{"id":"e","type":7}"#, Some(BadType)),
        (r#"{"id":"e","type":["t"]}"#, Some(BadType)),
        (r#"{"id":"e","type":{}}"#, Some(BadType)),
        (r#"{"Id":"e","type":"t"}"#, Some(NoId)),
        (r#"{"id ":"e","type":"t"}"#, Some(NoId)),
        (r#"{"id":"e","Type":"t"}"#, Some(NoType)),
        (r#"{"data":{"id":"e","type":"t"}}"#, Some(NoId)),
        (r#"{"event":{"id":"e"},"type":"t"}"#, Some(NoId)),
    ];
    for (body, expected) in rows {
        assert_eq!(reason(body), expected, "{body}");
    }
}

#[test]
fn id_and_type_stand_there_once_however_they_are_spelled() {
    let rows = [
        (r#"{"id":"e","id":"e","type":"t"}"#, RepeatedId),
        (r#"{"id":"e","type":"t","id":"f"}"#, RepeatedId),
        (r#"{"id":"e","type":"t","\u0069d":"f"}"#, RepeatedId),
        (r#"{"\u0069\u0064":"e","type":"t","id":"f"}"#, RepeatedId),
        (r#"{"i\u0064":"e","type":"t","\u0069d":"f"}"#, RepeatedId),
        (r#"{"id":"e","type":"t","type":"t"}"#, RepeatedType),
        (r#"{"type":"t","id":"e","type":"u"}"#, RepeatedType),
        (r#"{"id":"e","type":"t","typ\u0065":"u"}"#, RepeatedType),
        (
            r#"{"id":"e","\u0074\u0079\u0070\u0065":"t","type":"u"}"#,
            RepeatedType,
        ),
    ];
    for (body, expected) in rows {
        assert_eq!(reason(body), Some(expected), "{body}");
    }
    // Whatever the second one holds, the payload is refused.
    for second in ["null", "1", "{}", r#""\ud800""#] {
        for member in ["id", "type", r"\u0069d", r"t\u0079pe"] {
            let body = format!(r#"{{"id":"e","type":"t","{member}":{second}}}"#);
            assert_ne!(reason(&body), None, "{body}");
        }
    }
    // Further in, and under other names, they are nobody's concern.
    for body in [
        r#"{"id":"e","type":"t","data":{"id":"x","id":"y","type":1,"type":2}}"#,
        r#"{"id":"e","type":"t","a":1,"a":2,"data":{},"data":{}}"#,
        r#"{"id":"e","type":"t","\\u0069d":"f","ID":"g","id\u0000":"h"}"#,
    ] {
        assert_eq!(reason(body), None, "{body}");
    }
}

#[test]
fn an_escaped_spelling_is_read_as_what_it_spells() {
    let rows = [
        (r#"{"\u0069d":"evt","type":"t"}"#, "evt", "t"),
        (r#"{"id":"evt","t\u0079p\u0065":"t"}"#, "evt", "t"),
        (r#"{"id":"\u0065vt","type":"\u0074"}"#, "evt", "t"),
        (
            r#"{"id":"a\"b\\c\/d\n","type":"t\tu"}"#,
            "a\"b\\c/d\n",
            "t\tu",
        ),
        (
            r#"{"id":"\ud83d\ude00","type":"\u00e9"}"#,
            "\u{1f600}",
            "\u{e9}",
        ),
        (r#"{"id":"😀","type":"é"}"#, "\u{1f600}", "\u{e9}"),
        (r#"{"id":"","type":""}"#, "", ""),
        (r#"{"id":" e ","type":"T"}"#, " e ", "T"),
        (r#"{"id":"\u0000","type":"\u007f"}"#, "\0", "\u{7f}"),
    ];
    for (body, id, event_type) in rows {
        let event = receive(body).unwrap_or_else(|rejection| panic!("{body}: {rejection:?}"));
        assert_eq!(event.id(), id, "{body}");
        assert_eq!(event.event_type().as_str(), event_type, "{body}");
    }
    let known = receive(r#"{"id":"e","type":"charge\u002esucceeded"}"#).unwrap();
    assert_eq!(known.event_type(), &EventType::ChargeSucceeded);
}

#[test]
fn half_a_surrogate_pair_is_no_id_and_no_type_and_no_harm_elsewhere() {
    let halves = [
        r"\ud800",
        r"\uDFFF",
        r"a\ud83d",
        r"\ud83d\ud83d",
        r"\ude00\ud83d",
        r"\ud83dx",
    ];
    for half in halves {
        let id = format!(r#"{{"id":"{half}","type":"t"}}"#);
        assert_eq!(reason(&id), Some(BadId), "{id}");
        let event_type = format!(r#"{{"id":"e","type":"{half}"}}"#);
        assert_eq!(reason(&event_type), Some(BadType), "{event_type}");
        let elsewhere = format!(r#"{{"id":"e","{half}":"{half}","type":"t","x":["{half}"]}}"#);
        assert_eq!(reason(&elsewhere), None, "{elsewhere}");
    }
}

#[test]
fn the_payload_is_utf8_throughout() {
    let rows: [(&str, &[u8]); 9] = [
        (
            "in an unread value",
            b"{\"id\":\"e\",\"type\":\"t\",\"x\":\"\xff\"}",
        ),
        (
            "in an unread key",
            b"{\"id\":\"e\",\"type\":\"t\",\"\xfe\":1}",
        ),
        (
            "far in",
            b"{\"id\":\"e\",\"type\":\"t\",\"data\":[[{\"a\":\"\xc3\"}]]}",
        ),
        (
            "an overlong slash",
            b"{\"id\":\"e\",\"type\":\"t\",\"x\":\"\xc0\xaf\"}",
        ),
        (
            "an encoded surrogate",
            b"{\"id\":\"e\",\"type\":\"t\",\"x\":\"\xed\xa0\x80\"}",
        ),
        (
            "past U+10FFFF",
            b"{\"id\":\"e\",\"type\":\"t\",\"x\":\"\xf4\x90\x80\x80\"}",
        ),
        (
            "cut off",
            b"{\"id\":\"e\",\"type\":\"t\",\"x\":\"\xf0\x9f\x98\"}",
        ),
        ("in the id", b"{\"id\":\"\xff\",\"type\":\"t\"}"),
        ("after the object", b"{\"id\":\"e\",\"type\":\"t\"}\xff"),
    ];
    for (name, body) in rows {
        assert_eq!(reason(body), Some(NotUtf8), "{name}");
    }
}

#[test]
fn the_place_where_it_stops_being_an_event_is_told() {
    let rows: [(&[u8], usize); 10] = [
        (b"", 0),
        (b"[]", 0),
        (b"  x", 2),
        (b"{", 1),
        (b"\xef\xbb\xbf{}", 0),
        (br#"{"id":"e","type":"t"}x"#, 21),
        (br#"{"id":"e","type":"t"} {}"#, 22),
        (br#"{"id":"e","type":"t",}"#, 21),
        (br#"{"id":"e","type":"t""#, 20),
        (br#"{"a":01}"#, 6),
    ];
    for (body, offset) in rows {
        let expected = Some(PayloadError::NotJson { offset });
        assert_eq!(reason(body), expected, "{}", body.escape_ascii());
    }
}

#[test]
fn the_reason_is_in_the_source_and_not_in_the_text() {
    let reasons = [
        NotUtf8,
        PayloadError::NotJson { offset: 7 },
        NoId,
        BadId,
        RepeatedId,
        NoType,
        BadType,
        RepeatedType,
    ];
    let texts = reasons.map(|reason| reason.to_string());
    for (index, text) in texts.iter().enumerate() {
        assert!(!texts[..index].contains(text), "{text:?} says two things");
    }
    let rejection = receive(r#"{"id":"e"}"#).unwrap_err();
    assert_eq!(rejection.to_string(), "Invalid payload");
    assert_eq!(rejection.status(), 400);
    let source = rejection.source().expect("there is a reason");
    assert_eq!(source.downcast_ref(), Some(&NoType));
}
