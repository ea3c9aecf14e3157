//! Responses, read to their end.

use http::{HeaderMap, Response, StatusCode};
use http_body::Body;
use http_body_util::BodyExt;
use tower_loops::Rejection;

/// Status and text.
pub type Seen = (u16, &'static str);

pub const MISSING: Seen = (400, r#"{"error":"Missing signature"}"#);
pub const INVALID: Seen = (401, r#"{"error":"Invalid signature"}"#);
pub const TOO_LARGE: Seen = (413, r#"{"error":"Payload too large"}"#);

/// A response, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// From its extensions.
    pub rejection: Option<Rejection>,
    pub trailers: Option<HeaderMap>,
    pub text: String,
}

impl Answer {
    pub async fn of<B: Body>(response: Response<B>) -> Self {
        let (parts, body) = response.into_parts();
        let Ok(body) = body.collect().await else {
            panic!("the body of the response failed");
        };
        Self {
            status: parts.status,
            headers: parts.headers,
            rejection: parts.extensions.get().cloned(),
            trailers: body.trailers().cloned(),
            text: String::from_utf8(body.to_bytes().into()).expect("text"),
        }
    }

    /// Status and text: what a client sees.
    pub fn seen(&self) -> (u16, &str) {
        (self.status.as_u16(), &self.text)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let value = self.headers.get(name)?;
        Some(value.to_str().expect("text"))
    }

    /// The text of the rejection, or `accepted`.
    pub fn outcome(&self) -> String {
        let rejection = self.rejection.as_ref();
        rejection.map_or_else(|| "accepted".to_owned(), Rejection::to_string)
    }

    /// Whether it acknowledges an event that was handled before.
    pub fn is_duplicate(&self) -> bool {
        self.status == 200 && self.header("x-loops-webhook-duplicate") == Some("true")
    }

    /// Whether it is the success of a handler.
    pub fn is_handled(&self) -> bool {
        self.status == 200 && self.header("x-loops-webhook-duplicate").is_none()
    }

    pub fn retry_after(&self) -> Option<&str> {
        self.header("retry-after")
    }
}
