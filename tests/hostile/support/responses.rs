//! What the examples respond.

use super::Reply;

pub(crate) fn received() -> Reply {
    (200, r#"{"received":true}"#.to_owned())
}

/// The rejection with this text.
pub(crate) fn rejected(text: &str) -> Reply {
    let status = match text {
        "Webhook timestamp too old" | "Invalid signature" => 401,
        "Payload too large" => 413,
        _ => 400,
    };
    (status, format!(r#"{{"error":"{text}"}}"#))
}
