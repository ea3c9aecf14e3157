//! The members of the envelope that may be missing: read where they are what they should be, else absent.

use crate::receive;

#[test]
fn created_is_read_where_it_is_an_integer() {
    let rows = [
        ("1700000000", Some(1_700_000_000)),
        ("0", Some(0)),
        ("-1", Some(-1)),
        ("9223372036854775807", Some(i64::MAX)),
        ("-9223372036854775808", Some(i64::MIN)),
        ("9223372036854775808", None),
        ("18446744073709551615", None),
        ("1700000000.0", None),
        ("1.7e9", None),
        ("1e999", None),
        (r#""1700000000""#, None),
        (r#""2023-11-14T22:13:20Z""#, None),
        ("null", None),
        ("true", None),
        ("[1700000000]", None),
        (r#"{"seconds":1700000000}"#, None),
    ];
    for (created, expected) in rows {
        let body = format!(r#"{{"id":"e","created": {created} ,"type":"t"}}"#);
        assert_eq!(receive(&body).unwrap().created(), expected, "{body}");
    }
    assert_eq!(receive(r#"{"id":"e","type":"t"}"#).unwrap().created(), None);
    let escaped = receive(r#"{"id":"e","type":"t","cre\u0061ted":5}"#).unwrap();
    assert_eq!(escaped.created(), Some(5));
    let nested = receive(r#"{"id":"e","type":"t","data":{"created":5}}"#).unwrap();
    assert_eq!(nested.created(), None);
}

#[test]
fn livemode_is_read_where_it_is_a_bool() {
    let rows = [
        ("true", Some(true)),
        ("false", Some(false)),
        ("null", None),
        ("1", None),
        ("0", None),
        (r#""true""#, None),
        (r#""""#, None),
        ("[true]", None),
        ("{}", None),
    ];
    for (livemode, expected) in rows {
        let body = format!(r#"{{"livemode":{livemode}, "id":"e","type":"t"}}"#);
        assert_eq!(receive(&body).unwrap().livemode(), expected, "{body}");
    }
    assert_eq!(
        receive(r#"{"id":"e","type":"t"}"#).unwrap().livemode(),
        None
    );
}

#[test]
fn api_version_is_read_where_it_is_a_text() {
    let rows = [
        (r#""2025-03-31.basil""#, Some("2025-03-31.basil")),
        (r#""2013\u002d02-13""#, Some("2013-02-13")),
        ("null", None),
        ("2025", None),
    ];
    for (version, expected) in rows {
        let body = format!(r#"{{"id":"e","api_version":{version},"type":"t"}}"#);
        assert_eq!(receive(&body).unwrap().api_version(), expected, "{body}");
    }
}

#[test]
fn a_member_that_is_there_twice_is_not_read() {
    for first in ["5", "null", "[]"] {
        for (member, second) in [
            ("created", "5"),
            ("livemode", "true"),
            ("api_version", r#""v""#),
        ] {
            let body = format!(r#"{{"id":"e","type":"t","{member}":{first},"{member}":{second}}}"#);
            let event = receive(&body).unwrap();
            let read = (event.created(), event.livemode(), event.api_version());
            assert_eq!(read, (None, None, None), "{body}");
        }
    }
}
