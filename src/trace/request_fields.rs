//! The two fields of a request that are logged, each as one of a few fixed words.

use http::{Method, header::CONTENT_ENCODING, request::Parts};

const OTHER: &str = "other";

pub(super) fn method(request: &Parts) -> &'static str {
    match request.method {
        Method::POST => "POST",
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::CONNECT => "CONNECT",
        Method::TRACE => "TRACE",
        _ => OTHER,
    }
}

pub(super) fn content_encoding(request: &Parts) -> Option<&'static str> {
    let encoding = request.headers.get(CONTENT_ENCODING)?;
    Some(encoding_word(encoding.as_bytes()))
}

fn encoding_word(value: &[u8]) -> &'static str {
    ["gzip", "deflate", "br", "zstd", "identity"]
        .into_iter()
        .find(|word| value.trim_ascii().eq_ignore_ascii_case(word.as_bytes()))
        .unwrap_or(OTHER)
}
