//! What the examples respond.

use super::Reply;

pub(crate) fn received() -> Reply {
    (200, r#"{"received":true}"#.to_owned())
}

pub(crate) fn rejected(status: u16, text: &str) -> Reply {
    (status, format!(r#"{{"error":"{text}"}}"#))
}

pub(crate) fn missing() -> Reply {
    rejected(400, "Missing signature")
}

pub(crate) fn ambiguous() -> Reply {
    rejected(400, "Ambiguous signature")
}

pub(crate) fn malformed() -> Reply {
    rejected(400, "Malformed signature")
}

pub(crate) fn too_old() -> Reply {
    rejected(401, "Webhook timestamp too old")
}

pub(crate) fn invalid() -> Reply {
    rejected(401, "Invalid signature")
}

pub(crate) fn too_large() -> Reply {
    rejected(413, "Payload too large")
}

/// Whether the server rejected by itself, without calling the layer, and then disconnected.
pub(crate) fn by_the_server(responses: &[Reply]) -> bool {
    matches!(responses, [(400..=499, text)] if text.is_empty())
}
