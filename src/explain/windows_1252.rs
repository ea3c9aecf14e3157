//! Latin-1 as Windows extends it: other characters in place of the control characters.

/// What the bytes from 0x80 to 0x9F stand for; unassigned ones stand for themselves.
const EXTENSION: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";

/// The bytes of a text; `None` if a character has none.
pub(super) fn encode(text: &str) -> Option<Vec<u8>> {
    let byte = |c: char| {
        let extended = EXTENSION.chars().zip(0x80..).find(|(known, _)| *known == c);
        u8::try_from(c).ok().or(extended.map(|(_, byte)| byte))
    };
    text.chars().map(byte).collect()
}

/// The text that bytes stand for.
pub(super) fn decode(bytes: &[u8]) -> String {
    let char = |byte: &u8| match byte {
        0x80..=0x9f => EXTENSION.chars().nth(usize::from(byte - 0x80)),
        _ => Some(char::from(*byte)),
    };
    bytes.iter().filter_map(char).collect()
}
