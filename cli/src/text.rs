//! Text from elsewhere, for a terminal.

/// The text on one line, without control over the terminal: control characters, line separators
/// and changes of the writing direction are escaped.
pub(crate) fn printable(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        let is_hostile = matches!(
            character,
            '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        );
        if character.is_control() || is_hostile {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}

/// As [`printable`], cut after this many characters.
pub(crate) fn excerpt(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((end, _)) => printable(&text[..end]) + "…",
        None => printable(text),
    }
}

#[cfg(test)]
mod tests {
    use super::{excerpt, printable};

    #[test]
    fn text_cannot_control_the_terminal() {
        let hostile = "a\u{1b}[31m\r\n\u{202e}b\u{9b}";
        assert_eq!(printable(hostile), r"a\u{1b}[31m\r\n\u{202e}b\u{9b}");
        assert_eq!(printable("naïve → 日本"), "naïve → 日本");
    }

    #[test]
    fn an_excerpt_is_cut_between_characters() {
        assert_eq!(excerpt("日本語", 2), "日本…");
        assert_eq!(excerpt("日本語", 3), "日本語");
    }
}
