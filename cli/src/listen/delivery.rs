//! A delivery as it was received.

use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderMap, Method, request::Parts, uri::PathAndQuery};
use jiff::Timestamp;

/// A whole request.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) at: SystemTime,
    pub(crate) method: Method,
    pub(crate) path: PathAndQuery,
    pub(crate) headers: HeaderMap,
    /// Empty if it did not arrive whole.
    pub(crate) body: Bytes,
}

impl Received {
    pub(super) fn new(parts: Parts, body: Bytes) -> Self {
        Self {
            at: SystemTime::now(),
            method: parts.method,
            // Only CONNECT and OPTIONS have a target without a path.
            path: (parts.uri.path_and_query().cloned())
                .unwrap_or_else(|| PathAndQuery::from_static("/")),
            headers: parts.headers,
            body,
        }
    }

    /// The time of arrival in milliseconds.
    pub(super) fn timestamp(&self) -> Timestamp {
        let since = self.at.duration_since(SystemTime::UNIX_EPOCH);
        let milliseconds = since.map_or(0, |since| since.as_millis());
        let timestamp = i64::try_from(milliseconds)
            .ok()
            .map(Timestamp::from_millisecond);
        timestamp.and_then(Result::ok).unwrap_or_default()
    }
}
