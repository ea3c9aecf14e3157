//! A delivery as it was received.

use std::time::SystemTime;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Method, uri::PathAndQuery};

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
}
