//! The key of an event.

use std::{error::Error, fmt, sync::Arc};

use sha2::{Digest, Sha256};

use crate::{event::VerifiedEvent, hex::hex};

/// The key under which a store keeps an event: a namespace and an id, in a form that any store can
/// hold.
///
/// Both parts are bounded, printable ASCII without spaces: the namespace has at most 71 bytes, the
/// id 255. A part that is longer, empty or not printable is replaced by its SHA-256 digest, so keys
/// stay short and do not collide. A namespace never contains a colon: in `namespace:id`, which is
/// what `Display` writes, the first colon divides the parts.
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
    /// The key of a verified event: of its id *and* its type, because one id can carry several
    /// types. (The test button of a dashboard may send every event under one id.)
    /// [`IdempotencyLayer`](crate::idempotency::IdempotencyLayer) uses these keys.
    ///
    /// The id of the key is `type:id`, or a digest where that is too long or not printable. The id
    /// `""` names nothing; the digest of the payload replaces it.
    ///
    /// Each handler needs its own namespace: what one of two handlers in one namespace has
    /// handled is a duplicate for the other.
    #[must_use]
    pub fn of(namespace: &str, event: &VerifiedEvent) -> Self {
        Self::in_namespace(&Self::bounded_namespace(namespace), event)
    }

    /// As [`of`](Self::of), of a namespace that is bounded already: its text is shared, not copied.
    pub(crate) fn in_namespace(namespace: &Arc<str>, event: &VerifiedEvent) -> Self {
        Self {
            namespace: Arc::clone(namespace),
            id: bounded_event(event),
        }
    }

    pub(crate) fn bounded_namespace(namespace: &str) -> Arc<str> {
        bounded_namespace(namespace).into()
    }

    /// The key of any id in a namespace. Two events with one id and different types have the same
    /// key here: [`of`](Self::of) keeps them apart.
    #[must_use]
    pub fn new(namespace: &str, event_id: &str) -> Self {
        Self {
            namespace: Self::bounded_namespace(namespace),
            id: bounded_id(event_id).into(),
        }
    }

    /// The key that another key was stored as: its [namespace](Self::namespace) and
    /// [id](Self::id), unchanged. [`new`](Self::new) would digest a digest again.
    ///
    /// ```
    /// use tower_loops::idempotency::EventKey;
    ///
    /// let key = EventKey::new("billing", "two words");
    /// assert_eq!(EventKey::restore(key.namespace(), key.id()), Ok(key));
    /// assert!(EventKey::restore("billing", "two words").is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// If the parts are not those of a key.
    pub fn restore(namespace: &str, id: &str) -> Result<Self, InvalidKey> {
        let is_key = is_plain(namespace, MAX_NAMESPACE) && !namespace.contains(':');
        if !is_key || !is_plain(id, MAX_ID) {
            return Err(InvalidKey);
        }
        Ok(Self {
            namespace: namespace.into(),
            id: id.into(),
        })
    }

    /// The namespace: at most 71 bytes of printable ASCII, no colon.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The id or its digest: at most 255 bytes of printable ASCII.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// The length of a digested namespace.
const MAX_NAMESPACE: usize = 71;
const MAX_ID: usize = 255;

const NAMESPACE_DIGEST: &str = "sha256-";
const ID_DIGEST: &str = "sha256:";
const EVENT_DIGEST: &str = "event-sha256:";
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
    if is_plain(id, MAX_ID) && !looks_like_digest(id) {
        id.to_owned()
    } else {
        digest(ID_DIGEST, id.as_bytes())
    }
}

fn bounded_event(event: &VerifiedEvent) -> Arc<str> {
    let (event_type, id) = (event.event_type().as_str(), event.id());
    if id.is_empty() {
        return digest(PAYLOAD_DIGEST, event.payload()).into();
    }
    let mut buffer = [0; MAX_ID];
    let joined = join(&mut buffer, event_type, id).filter(|joined| {
        // The first colon divides type and id, so a type that contains one cannot be joined.
        is_plain(joined, MAX_ID) && !event_type.contains(':') && !looks_like_digest(joined)
    });
    if let Some(joined) = joined {
        return joined.into();
    }
    // With the length of the type in front, no other pair of texts gives the same bytes.
    let text = format!("{}:{event_type}:{id}", event_type.len());
    digest(EVENT_DIGEST, text.as_bytes()).into()
}

/// `type:id`, if it fits the buffer. A key is made for each delivery: this saves an
/// allocation.
fn join<'a>(buffer: &'a mut [u8], event_type: &str, id: &str) -> Option<&'a str> {
    let mut length = 0;
    for part in [event_type, ":", id] {
        let end = length + part.len();
        buffer
            .get_mut(length..end)?
            .copy_from_slice(part.as_bytes());
        length = end;
    }
    str::from_utf8(buffer.get(..length)?).ok()
}

/// An id of this form is digested too, so that it cannot collide with the digest of another one.
fn looks_like_digest(id: &str) -> bool {
    [ID_DIGEST, EVENT_DIGEST, PAYLOAD_DIGEST]
        .iter()
        .any(|prefix| id.starts_with(prefix))
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

/// The [restored](EventKey::restore) texts are not a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidKey;

impl fmt::Display for InvalidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the stored namespace and id are not those of an event key")
    }
}

impl Error for InvalidKey {}
