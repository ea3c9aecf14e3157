//! The response to a rejected request.

use bytes::Bytes;
use http::{HeaderValue, Response, header::CONTENT_TYPE};
use http_body_util::Full;

use super::Rejection;

impl Rejection {
    /// The default response: the status and text of the [table](Rejection) as `application/json`,
    /// with the `Rejection` in its extensions.
    #[must_use]
    pub fn to_response(&self) -> Response<Full<Bytes>> {
        self.clone().into_default_response()
    }

    pub(crate) fn into_default_response(self) -> Response<Full<Bytes>> {
        const JSON: HeaderValue = HeaderValue::from_static("application/json");
        let kind = self.kind();
        let mut response = Response::new(Full::from(kind.json()));
        *response.status_mut() = kind.status();
        response.headers_mut().insert(CONTENT_TYPE, JSON);
        response.extensions_mut().insert(self);
        response
    }
}
