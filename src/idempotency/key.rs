//! Under what an event is remembered.

use std::{fmt, sync::Arc};

use sha2::{Digest, Sha256};

use crate::hex::hex;

/// What a store remembers an event by: a namespace and the event's id, in a form that any store can hold.
///
/// Both parts are printable ASCII without spaces and bounded: the namespace to 71 bytes, the id to 255. A part that is not so
/// by itself, or is empty, is replaced by its SHA-256 digest: keys never grow without bound, never collide, and never carry
/// what a query language might read. There is no colon in a namespace: in `namespace:id`, as `Display` gives it, the first one
/// divides the parts.
///
/// ```
/// use tower_loops::idempotency::EventKey;
///
/// assert_eq!(EventKey::new("billing", "evt_1").to_string(), "billing:evt_1");
/// assert!(EventKey::new("billing", "two words").id().starts_with("sha256:"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventKey {
    namespace: Arc<str>,
    id: Arc<str>,
}

impl EventKey {
    /// The key of an event in a namespace. Handlers that do different things with one event use different namespaces.
    #[must_use]
    pub fn new(namespace: &str, event_id: &str) -> Self {
        Self {
            namespace: bounded_namespace(namespace).into(),
            id: bounded_id(event_id).into(),
        }
    }

    /// The key of an event whose id is empty and so names nothing: its whole payload stands for it.
    pub(super) fn of_payload(namespace: &str, payload: &[u8]) -> Self {
        Self {
            namespace: bounded_namespace(namespace).into(),
            id: digest(PAYLOAD_DIGEST, payload).into(),
        }
    }

    /// The namespace: at most 71 bytes of printable ASCII, no colon.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The event's id or what stands for it: at most 255 bytes of printable ASCII.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

const NAMESPACE_DIGEST: &str = "sha256-";
const ID_DIGEST: &str = "sha256:";
const PAYLOAD_DIGEST: &str = "payload-sha256:";

fn bounded_namespace(namespace: &str) -> String {
    // A digest with its prefix is longer than this, and so cannot be given by hand.
    if is_plain(namespace, 64) && !namespace.contains(':') {
        namespace.to_owned()
    } else {
        digest(NAMESPACE_DIGEST, namespace.as_bytes())
    }
}

fn bounded_id(id: &str) -> String {
    // An id that looks like a digest is digested as well, so that it cannot stand for another one.
    let looks_like_digest = id.starts_with(ID_DIGEST) || id.starts_with(PAYLOAD_DIGEST);
    if is_plain(id, 255) && !looks_like_digest {
        id.to_owned()
    } else {
        digest(ID_DIGEST, id.as_bytes())
    }
}

fn is_plain(text: &str, max_len: usize) -> bool {
    (1..=max_len).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn digest(prefix: &str, bytes: &[u8]) -> String {
    format!("{prefix}{}", hex(&Sha256::digest(bytes)))
}

impl fmt::Display for EventKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.namespace, self.id)
    }
}
