//! Bodies that were changed on the way.

use std::io::Write;

use base64::{Engine, prelude::BASE64_STANDARD};
use flate2::{
    Compression,
    write::{GzEncoder, ZlibEncoder},
};

use crate::{COMPACT, NOW, SECRET, SENT, at, causes, explain, sign};

#[test]
fn a_changed_body_is_named() {
    let latin1 = |text: &str| text.chars().map(|c| c as u8).collect::<Vec<u8>>();
    let gzip = |text: &str| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text.as_bytes()).expect("a Vec takes all");
        encoder.finish().expect("a Vec takes all")
    };
    let text = |text: &str| text.as_bytes().to_vec();
    let pretty = "{\n  \"id\": \"evt_1\",\n  \"type\": \"charge.succeeded\",\n  \"l\": [],\n  \"m\": {\n    \"a\": [\n      1.50\n    ]\n  }\n}";
    let indented = |indent: &str| pretty.replace("  ", indent);
    let utf16 = |text: &str| {
        let units = text.encode_utf16().flat_map(u16::to_le_bytes);
        [0xff, 0xfe].into_iter().chain(units).collect::<Vec<u8>>()
    };
    let deflate = |text: &str| {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text.as_bytes()).expect("a Vec takes all");
        encoder.finish().expect("a Vec takes all")
    };
    let plain = r#"{"id":"evt_1","type":"charge.succeeded","l":[],"m":{"a":[1.50]}}"#;
    let python = r#"{"id": "evt_1", "type": "charge.succeeded", "l": [], "m": {"a": [1.50]}}"#;
    let rows: &[(&str, Vec<u8>, &[&str])] = &[
        (SENT, text(&format!("{SENT}\n")), &["body_newline_added"]),
        (SENT, text(&format!("{SENT}\r\n")), &["body_newline_added"]),
        (&format!("{SENT}\n"), text(SENT), &["body_newline_lost"]),
        (
            SENT,
            text(&SENT.replace('\n', "\r\n")),
            &["body_line_endings"],
        ),
        (
            &SENT.replace('\n', "\r\n"),
            text(SENT),
            &["body_line_endings"],
        ),
        (
            pretty,
            text(&pretty.replace('\n', "")),
            &["body_line_endings"],
        ),
        (SENT, text(&format!("\u{feff}{SENT}")), &["body_bom"]),
        (&format!("\u{feff}{SENT}"), text(SENT), &["body_bom"]),
        (pretty, text(plain), &["body_reserialised"]),
        (plain, text(pretty), &["body_reserialised"]),
        (python, text(plain), &["body_reserialised"]),
        (
            COMPACT,
            text(&COMPACT.replace('é', "\\u00e9")),
            &["body_unicode_escapes"],
        ),
        (
            &COMPACT.replace('é', "\\u00E9"),
            text(COMPACT),
            &["body_unicode_escapes"],
        ),
        (
            &COMPACT.replace('é', "\\ud83d\\ude00"),
            text(&COMPACT.replace('é', "😀")),
            &["body_unicode_escapes"],
        ),
        (
            &COMPACT.replace('<', "\\u003c"),
            text(COMPACT),
            &["body_unicode_escapes"],
        ),
        (
            &COMPACT.replace('/', "\\/"),
            text(COMPACT),
            &["body_slash_escapes"],
        ),
        (
            COMPACT,
            text(&COMPACT.replace('/', "\\/")),
            &["body_slash_escapes"],
        ),
        (
            COMPACT,
            text(&COMPACT.replace('/', "\\/").replace('é', "\\u00e9")),
            &["body_unicode_escapes", "body_slash_escapes"],
        ),
        (
            SENT,
            BASE64_STANDARD.encode(SENT).into_bytes(),
            &["body_base64"],
        ),
        (SENT, gzip(SENT), &["body_gzip"]),
        (
            SENT,
            serde_json::to_vec(SENT).expect("a text is JSON"),
            &["body_json_string"],
        ),
        (SENT, latin1(SENT), &["body_latin1"]),
        (
            "{\"n\": \"€’\"}",
            b"{\"n\": \"\x80\x92\"}".to_vec(),
            &["body_latin1"],
        ),
        ("{\"n\": \"€\"}", text("{\"n\": \"â‚¬\"}"), &["body_latin1"]),
        (SENT, text(&format!("{SENT}\n\n")), &["body_newline_added"]),
        (
            &format!("{}\r\n", SENT.replace('\n', "\r\n")),
            text(SENT),
            &["body_line_endings"],
        ),
        (&format!("\t{SENT}\t\n"), text(SENT), &["body_trimmed"]),
        (
            SENT,
            BASE64_STANDARD.encode(gzip(SENT)).into_bytes(),
            &["body_gzip"],
        ),
        (SENT, text(&SENT.replace('é', "Ã©")), &["body_latin1"]),
        (SENT, Vec::new(), &["body_empty"]),
        (&format!(" {SENT}\n"), text(SENT), &["body_trimmed"]),
        (SENT, text(&SENT.replace("evt_1", "evt_2")), &["unknown"]),
        (&indented("   "), text(plain), &["body_reserialised"]),
        (&indented(" "), text(plain), &["body_reserialised"]),
        (&indented("        "), text(plain), &["body_reserialised"]),
        (
            &python.replace(", ", ","),
            text(plain),
            &["body_reserialised"],
        ),
        (
            &python.replace(": ", ":"),
            text(plain),
            &["body_reserialised"],
        ),
        (
            &COMPACT.replace('é', "\\u00E9").replace('<', "\\u003C"),
            text(COMPACT),
            &["body_unicode_escapes"],
        ),
        (SENT, utf16(SENT), &["body_bom"]),
        (SENT, deflate(SENT), &["body_gzip"]),
        // One after the other.
        (
            SENT,
            text(&format!("\u{feff}{SENT}\r\n")),
            &["body_newline_added", "body_bom"],
        ),
        (
            pretty,
            BASE64_STANDARD.encode(plain).into_bytes(),
            &["body_base64", "body_reserialised"],
        ),
    ];
    for (sent, received, expected) in rows {
        let header = sign(SECRET.as_bytes(), sent.as_bytes(), at(NOW));
        let explanation = explain(&header, &[SECRET], received);
        assert!(!explanation.is_valid(), "{expected:?}");
        assert_eq!(
            causes(&explanation),
            *expected,
            "{}",
            String::from_utf8_lossy(received)
        );
    }
}
