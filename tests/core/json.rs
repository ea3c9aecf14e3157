//! The JSON scanner, compared with a serde visitor: what passes unread, what does not, and where.

use crate::{
    receive,
    reference::{self, Envelope},
};

/// Asserts that the body is read like the reference. Returns whether it is an event.
pub(crate) fn is_event(body: impl AsRef<[u8]>) -> bool {
    let body = body.as_ref();
    let read = receive(body).ok().map(|event| Envelope {
        id: event.id().to_owned(),
        event_type: event.event_type().to_string(),
        created: event.created(),
        livemode: event.livemode(),
        api_version: event.api_version().map(str::to_owned),
    });
    let expected = reference::envelope(body);
    assert_eq!(read, expected, "{}", body.escape_ascii());
    read.is_some()
}

/// Asserts the same for the value as a member, alone and among others, and within containers.
fn assert_value(value: &str, is_json: bool) {
    for body in [
        format!(r#"{{"id":"e","type":"t","data":{value}}}"#),
        format!(r#"{{"data": {value} ,"id":"e","type":"t"}}"#),
        format!(r#"{{"id":"e","type":"t","data":[{value}]}}"#),
        format!(r#"{{"id":"e","type":"t","data":[0, {value} ,0]}}"#),
        format!(r#"{{"id":"e","type":"t","data":{{"a":{value},"b":[{{"c": {value} }}]}}}}"#),
    ] {
        assert_eq!(is_event(&body), is_json, "{value}");
    }
}

/// The values of a table: two spaces stand between them.
fn values(table: &str) -> impl Iterator<Item = &str> {
    let values = table.split("  ").map(str::trim);
    values.filter(|value| !value.is_empty())
}

#[test]
fn json_values_are_accepted_unread() {
    let table = r#"
        null  true  false  0  -0  1  -1  10  1.0  0.5  -0.0  1e1  1E1  1e+1  1e-1  1.5e300  0e0
        1e999  -1e999  0.1e-999  1e0000000000000000000000001  123456789012345678901234567890
        18446744073709551616  ""  "text"  "'"  "/"  "\/"  "{[,:]}"  "//"  "\"\\\b\f\n\r\t"  "\u0000"
        "\uD83D\uDE00"  "\ud800"  "\udfff\ud800"  "\uABCD\uabcd"  {}  []  { }  [ ]  [[],[],{}]
        {"":0}  {"a":1,"a":2}  {"\ud800":0}  {"id":0,"type":[]}  {"a":{"b":{"c":[1,[2,[3]]]}}}
        [ 1 , 2 ]  { "a" : 1 }
    "#;
    values(table).for_each(|value| assert_value(value, true));
    assert_value("[\t\r\n ]", true);
    assert_value("{\n\t\"a\" :\r\n1 }", true);
    assert_value("\"\u{2028}\u{feff}\u{10ffff}\"", true);
    let digits = "7".repeat(400);
    assert_value(&format!("-{digits}.{digits}e+{digits}"), true);
}

#[test]
fn anything_else_is_rejected_though_unread() {
    let table = r#"
        01  00  -01  1.  1.e1  .5  -.5  +1  -  --1  1e  1e+  1e-  1E  1ee1  1.2.3  1e1.5  0x10  1_0
        1 2  - 1  1f  NaN  Infinity  -Infinity  nul  nulll  Null  TRUE  tru  truefalse  None  a  -a
        'text'  `text`  "  "text  "a"b"  "\"  "\x"  "\'"  "\a"  "\0"  "\u"  "\u123"  "\u12G4"
        "\u+123"  "\u 123"  "\U0041"  "\u{41}"  "\  [  ]  {  }  [}  {]  [1  [1,  [1,]  [,1]  [,]
        [1 2]  [1,,2]  [1;2]  (1)  <1>  {"a"}  {"a":}  {"a" 1}  {"a"=1}  {"a":1,}  {,"a":1}
        {"a":1 "b":2}  {"a":1,,"b":2}  {"a"::1}  {"a":1:2}  {a:1}  {'a':1}  {1:2}  {null:1}  {[]:1}
        {"a",1}  ["a":1]  [1]]  [[1]  {"a":[1}  {"a":[1}]  [{]}  {{}}  /**/1  1//  1/**/  #1
        ,  :  1,  ,1
    "#;
    let others = "\u{feff}1|\u{a0}1|1\u{b}|\u{c}1|\u{85}1|\u{1}1|1\0|\u{661}|\u{201c}a";
    for value in values(table).chain(others.split('|')) {
        assert_value(value, false);
    }
}

#[test]
fn a_payload_is_one_object() {
    let event = r#"{"id":"e","type":"t"}"#;
    let spaced = "\n{\n\"id\"\n:\n\"e\"\n,\n\"type\"\n:\n\"t\"\n}\n";
    assert!(is_event(format!(" \t\r\n{event} \t\r\n")) && is_event(spaced));
    let templates =
        "null  5  \"text\"  []  [$]  $$  $ $  $,  $}  $ null  $//  /**/$  ($)  data=$  {,}  {:}";
    for template in values(templates).chain(["", " ", "$\0", "\u{feff}$", "$\u{feff}", "\u{c}$"]) {
        assert!(!is_event(template.replace('$', event)), "{template}");
    }
    let members = r#"
        {"id":"e","type":"t",}  {"id":"e","type":"t","data":}  {"id":"e","type":"t","data"}
        {"id":"e" "type":"t"}  {"id":"e","type":"t"]  {"id":"e",,"type":"t"}  {'id':'e','type':'t'}
        {id:"e",type:"t"}  {"id":"e","type":"t","\x":1}  {"id":"e","type":"t",null:1}
    "#;
    values(members).for_each(|body| assert!(!is_event(body), "{body}"));
    (0..event.len()).for_each(|end| assert!(!is_event(&event[..end]), "{end}"));
}

#[test]
fn nesting_has_no_limit_and_takes_no_stack() {
    for depth in [1, 2, 63, 64, 65, 127, 128, 129, 1_000, 100_000] {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        let objects = format!("{}0{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
        for (value, is_json) in [
            (format!("{open}{close}"), true),
            (objects, true),
            (format!("{open}{}", &close[1..]), false),
            (format!("{open}{close}]"), false),
        ] {
            let body = format!(r#"{{"id":"e","type":"t","data":{value}}}"#);
            assert_eq!(is_event(body), is_json, "{depth}");
        }
    }
}

#[test]
fn containers_are_closed_by_their_own_bracket_at_every_depth() {
    const LEVELS: usize = 200;
    // Bits choose an object or an array for each level.
    let mixed = 0x0123_4567_89ab_cdef_0fed_cba9_8765_4321;
    for kinds in [0, u128::MAX, 0x5555 << 50 | 0xaaaa, mixed] {
        let is_object = |level: usize| kinds >> (level % 128) & 1 == 1;
        let opening = |level| if is_object(level) { r#"{"a":"# } else { "[" };
        let open: String = (0..LEVELS).map(opening).collect();
        let body = |wrong: usize| {
            let bracket = |level| match is_object(level) == (level == wrong) {
                true => ']',
                false => '}',
            };
            let close: String = (0..LEVELS).rev().map(bracket).collect();
            format!(r#"{{"id":"e","type":"t","data":{open}0{close}}}"#)
        };
        assert!(is_event(body(usize::MAX)));
        (0..LEVELS).for_each(|wrong| assert!(!is_event(body(wrong)), "{wrong}"));
    }
}

/// More than two steps of the scanner, however the string lies in the text.
const LENGTH: usize = 200;

/// An event with a string of `LENGTH` characters and `insert` among them.
fn event_with(insert: &str, at: usize) -> String {
    let (before, after) = ("a".repeat(at), "b".repeat(LENGTH - at));
    format!(r#"{{"id":"e","type":"t","x":"{before}{insert}{after}"}}"#)
}

#[test]
fn strings_are_scanned_to_their_end_wherever_an_escape_stands() {
    for at in 0..=LENGTH {
        let escapes = r#"\n \" \\ \u0022 \"\"\" \\\\\" é\n€"#.split(' ');
        for escape in escapes.chain(["\u{7f}\u{80}"]) {
            assert!(is_event(event_with(escape, at)), "{escape} at {at}");
        }
        for wrong in [r"\x", r"\u12g", r"\ ", r#"""#, r#"\\""#, r#"",""#] {
            assert!(!is_event(event_with(wrong, at)), "{wrong} at {at}");
        }
    }
    let body = event_with(r"\n", 64);
    (0..body.len()).for_each(|end| assert!(!is_event(&body[..end]), "{end}"));
    for length in 0..150 {
        let string = "c".repeat(length);
        let members = format!(r#""{string}":"","{string}":"{string}""#);
        let body = format!(r#"{{{members},"id":"e","type":"t","x":["{string}","{string}"]}}"#);
        assert!(is_event(body), "{length}");
    }
}

#[test]
fn a_control_character_is_rejected_wherever_in_a_string() {
    for at in 0..=LENGTH {
        for control in '\0'..'\u{20}' {
            let body = event_with(&control.to_string(), at);
            assert!(!is_event(body), "{control:?} at {at}");
        }
        // Characters next to the special ones, or with bits in common, are text.
        for character in " !#[]\u{a0}\u{120}\u{122}\u{15c}".chars() {
            let body = event_with(&character.to_string(), at);
            assert!(is_event(body), "{character:?} at {at}");
        }
    }
}
