//! The two fields of a request that are logged, each as one of a few fixed words.

use http::{Method, header::CONTENT_ENCODING, request::Parts};

pub(crate) struct RequestFields {
    pub(super) method: &'static str,
    pub(super) content_encoding: Option<&'static str>,
}

impl RequestFields {
    pub(crate) fn new(parts: &Parts) -> Self {
        let encoding = parts.headers.get(CONTENT_ENCODING);
        Self {
            method: method_word(&parts.method),
            content_encoding: encoding.map(|value| encoding_word(value.as_bytes())),
        }
    }
}

const OTHER: &str = "other";

fn method_word(method: &Method) -> &'static str {
    match *method {
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

fn encoding_word(value: &[u8]) -> &'static str {
    ["gzip", "deflate", "br", "zstd", "identity"]
        .into_iter()
        .find(|word| value.trim_ascii().eq_ignore_ascii_case(word.as_bytes()))
        .unwrap_or(OTHER)
}
