//! The JSON grammar: what passes unread and what does not, in step with `serde_json`, which is asked about each text too.

use serde::Deserialize;

use crate::receive;

/// Whether `serde_json` takes the text for an event. What it does not read it checks by the grammar alone: it puts no bound on
/// numbers and nesting either.
pub(crate) fn is_event_to_serde_json(text: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Envelope {
        #[serde(rename = "id")]
        _id: String,
        #[serde(rename = "type")]
        _type: String,
    }
    // It would take an array of two strings as well.
    let is_object = text.trim_ascii_start().starts_with(b"{");
    let is_text = str::from_utf8(text).is_ok();
    is_object && is_text && serde_json::from_slice::<Envelope>(text).is_ok()
}

fn assert_text(text: &str, accepted: bool) {
    let shown: String = text.chars().take(120).collect();
    assert_eq!(receive(text).is_ok(), accepted, "{shown}");
    assert_eq!(
        is_event_to_serde_json(text.as_bytes()),
        accepted,
        "serde_json: {shown}"
    );
}

/// As the value of a member, alone and among others, and inside of both kinds of containers.
fn assert_value(value: &str, accepted: bool) {
    for text in [
        format!(r#"{{"id":"e","type":"t","data":{value}}}"#),
        format!(r#"{{"data": {value} ,"id":"e","type":"t"}}"#),
        format!(r#"{{"id":"e","type":"t","data":[{value}]}}"#),
        format!(r#"{{"id":"e","type":"t","data":[0, {value} ,0]}}"#),
        format!(r#"{{"id":"e","type":"t","data":{{"a":{value},"b":[{{"c": {value} }}]}}}}"#),
    ] {
        assert_text(&text, accepted);
    }
}

/// The values of a table: two spaces stand between them.
fn values(table: &str) -> impl Iterator<Item = &str> {
    table
        .split("  ")
        .map(str::trim)
        .filter(|value| !value.is_empty())
}

#[test]
fn values_that_are_json_pass_unread() {
    let table = r#"
        null  true  false  0  -0  1  -1  10  1.0  0.5  -0.0  1e1  1E1  1e+1  1e-1  1.5e300  0e0  0.0e-0
        1e999  -1e999  1E+400  0.1e-999  1e0000000000000000000000001  123456789012345678901234567890
        -9223372036854775809  18446744073709551616  ""  "text"  "'"  "/"  "\/"  "{[,:]}"  "//"
        "\"\\\b\f\n\r\t"  "\u0000"  "\uD83D\uDE00"  "\ud800"  "\udfff\ud800"  "\uABCD\uabcd"
        {}  []  { }  [ ]  [[],[],{}]  {"":0}  {"a":1,"a":2}  {"\ud800":0}  {"id":0,"type":[]}
        {"a":{"b":{"c":[1,[2,[3]]]}}}  [ 1 , 2 ]  { "a" : 1 }
    "#;
    for value in values(table) {
        assert_value(value, true);
    }
    let spaced = [
        "[\t\r\n ]",
        "{\n\t\"a\" :\r\n1 }",
        "\"\u{2028}\u{feff}\"",
        "\"\u{10ffff}\"",
    ];
    for value in spaced {
        assert_value(value, true);
    }
    let digits = "7".repeat(400);
    assert_value(&digits, true);
    assert_value(&format!("-{digits}.{digits}e+{digits}"), true);
    assert_value(&format!("\"{}\"", "x".repeat(10_000)), true);
}

#[test]
fn values_that_are_no_json_are_refused_though_nobody_reads_them() {
    let table = r#"
        01  00  -01  1.  1.e1  .5  -.5  +1  -  --1  1e  1e+  1e-  1E  1ee1  1.2.3  1e1.5  0x10  1_000  1 2  - 1  1f
        NaN  Infinity  -Infinity  nul  nulll  Null  TRUE  tru  truefalse  False  None  undefined  a  -a  -null
        'text'  `text`  "  "text  "a"b"  "\"  "\x"  "\'"  "\a"  "\0"  "\u"  "\u123"  "\u12G4"  "\u+123"  "\u 123"
        "\U0041"  "\u{41}"  "\  [  ]  {  }  [}  {]  [1  [1,  [1,]  [,1]  [,]  [1 2]  [1,,2]  [1;2]  (1)  <1>
        {"a"}  {"a":}  {"a" 1}  {"a"=1}  {"a":1,}  {,"a":1}  {"a":1 "b":2}  {"a":1,,"b":2}  {"a"::1}  {"a":1:2}
        {a:1}  {'a':1}  {1:2}  {null:1}  {[]:1}  {"a",1}  ["a":1]  [1]]  [[1]  {"a":[1}  {"a":[1}]  [{]}  {{}}
        /**/1  1//  1/**/  #1  ,  :  1,  ,1
    "#;
    for value in values(table) {
        assert_value(value, false);
    }
    let unprintable = [
        "\"\n\"",
        "\"\t\"",
        "\"\r\"",
        "\"\0\"",
        "\"\u{1f}\"",
        "\u{feff}1",
        "\u{a0}1",
        "1\u{b}",
        "\u{c}1",
        "\u{85}1",
        "\u{1}1",
        "1\0",
        "\u{661}",
        "\u{201c}a\u{201d}",
    ];
    for value in unprintable {
        assert_value(value, false);
    }
}

#[test]
fn a_control_character_is_refused_wherever_in_a_string_it_stands() {
    for control in '\0'..'\u{20}' {
        for length in 0..20 {
            for place in 0..=length {
                let text: String = "abcdefghijklmnopqrst"[..length].to_owned();
                let (before, after) = text.split_at(place);
                let body = format!(r#"{{"id":"e","type":"t","x":"{before}{control}{after}"}}"#);
                assert!(receive(&body).is_err(), "{}", body.escape_debug());
            }
        }
    }
    // The characters beside them, and those whose bytes share bits with them, are text.
    for character in [
        ' ', '!', '#', '[', ']', '\u{7f}', '\u{80}', '\u{a0}', '\u{120}', '\u{122}', '\u{15c}',
    ] {
        for length in 0..20 {
            let filler = "é".repeat(length);
            assert_value(&format!("\"{filler}{character}{filler}a\""), true);
        }
    }
}

#[test]
fn the_payload_is_one_object_and_nothing_more() {
    let event = r#"{"id":"e","type":"t"}"#;
    let rows = [
        (format!(" \t\r\n{event} \t\r\n"), true),
        (
            "\n{\n\"id\"\n:\n\"e\"\n,\n\"type\"\n:\n\"t\"\n}\n".to_owned(),
            true,
        ),
        (String::new(), false),
        (" ".to_owned(), false),
        ("null".to_owned(), false),
        ("5".to_owned(), false),
        (r#""text""#.to_owned(), false),
        ("[]".to_owned(), false),
        (format!("[{event}]"), false),
        (format!("{event}{event}"), false),
        (format!("{event}\n{event}"), false),
        (format!("{event},"), false),
        (format!("{event}}}"), false),
        (format!("{event}\0"), false),
        (format!("{event} null"), false),
        (format!("{event}//"), false),
        (format!("/**/{event}"), false),
        (format!("\u{feff}{event}"), false),
        (format!("{event}\u{feff}"), false),
        (format!("\u{a0}{event}"), false),
        (format!("\u{c}{event}"), false),
        (format!("({event})"), false),
        (format!("data={event}"), false),
        (r#"{"id":"e","type":"t",}"#.to_owned(), false),
        (r#"{"id":"e","type":"t","data":}"#.to_owned(), false),
        (r#"{"id":"e","type":"t","data"}"#.to_owned(), false),
        (r#"{"id":"e" "type":"t"}"#.to_owned(), false),
        (r#"{"id":"e","type":"t"]"#.to_owned(), false),
        (r#"{"id":"e",,"type":"t"}"#.to_owned(), false),
        (r#"{'id':'e','type':'t'}"#.to_owned(), false),
        (r#"{id:"e",type:"t"}"#.to_owned(), false),
        (r#"{"id":"e","type":"t","\x":1}"#.to_owned(), false),
        (r#"{"id":"e","type":"t",null:1}"#.to_owned(), false),
        ("{,}".to_owned(), false),
        ("{:}".to_owned(), false),
    ];
    for (text, accepted) in rows {
        assert_text(&text, accepted);
    }
    for end in 0..event.len() {
        assert_text(&event[..end], false);
    }
}

#[test]
fn nesting_of_any_depth_passes_and_takes_no_stack() {
    for depth in [1, 2, 63, 64, 65, 127, 128, 129, 1_000, 100_000] {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        let objects = format!("{}0{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
        let mixed = format!("{}0{}", r#"[{"a":[0,"#.repeat(depth), "]}]".repeat(depth));
        for (value, accepted) in [
            (format!("{open}{close}"), true),
            (format!("{open}0{close}"), true),
            (objects.clone(), true),
            (mixed.clone(), true),
            (format!("{open}{}", &close[1..]), false),
            (format!("{open}{close}]"), false),
            (format!("{open}{}}}", &close[1..]), false),
            (format!("{}]", &objects[..objects.len() - 1]), false),
            (format!("{}}}", &mixed[..mixed.len() - 1]), false),
        ] {
            assert_text(
                &format!(r#"{{"id":"e","type":"t","data":{value}}}"#),
                accepted,
            );
        }
    }
}

#[test]
fn containers_are_closed_by_their_own_bracket_at_every_depth() {
    // An object or an array at each level, by the bits of a number; then one of the closing brackets is wrong.
    for kinds in [
        0_u128,
        u128::MAX,
        0x5555 << 50 | 0xaaaa,
        0x0123_4567_89ab_cdef_0fed_cba9_8765_4321,
    ] {
        let is_object = |level: usize| kinds >> (level % 128) & 1 == 1;
        let levels = 200;
        let open: String = (0..levels)
            .map(|level| if is_object(level) { r#"{"a":"# } else { "[" })
            .collect();
        let close = |wrong: usize| -> String {
            let bracket = |level| {
                if is_object(level) != (level == wrong) {
                    '}'
                } else {
                    ']'
                }
            };
            (0..levels).rev().map(bracket).collect()
        };
        let text = |wrong| format!(r#"{{"id":"e","type":"t","data":{open}0{}}}"#, close(wrong));
        assert_text(&text(usize::MAX), true);
        for wrong in 0..levels {
            assert_text(&text(wrong), false);
        }
    }
}
