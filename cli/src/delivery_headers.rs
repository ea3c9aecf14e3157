//! Which headers of a delivery are forwarded.

use http::{HeaderMap, HeaderName, header};
use tower_loops::SIGNATURE_HEADER;

/// Headers about one connection or host, and those that this command writes itself.
const OWN: [HeaderName; 10] = [
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::EXPECT,
    header::HOST,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// The headers, except those of the connection (RFC 9110, 7.6.1).
pub(crate) fn end_to_end(headers: &HeaderMap) -> HeaderMap {
    let named: Vec<HeaderName> = (headers.get_all(header::CONNECTION).iter())
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .filter(|name| *name != SIGNATURE_HEADER)
        .collect();
    let mut kept = headers.clone();
    for name in OWN.iter().chain(&named) {
        kept.remove(name);
    }
    kept.remove("keep-alive");
    kept.remove("proxy-connection");
    kept
}
