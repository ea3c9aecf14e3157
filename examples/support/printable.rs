//! Text from elsewhere, made fit for a terminal.

/// The text on one line, with its control characters escaped: what a sender or a server wrote gets no hold of the terminal.
pub(crate) fn printable(text: &str) -> String {
    text.chars().fold(String::new(), |mut line, char| {
        if char.is_control() {
            line.extend(char.escape_default());
        } else {
            line.push(char);
        }
        line
    })
}
