//! The response to a rejected request.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, header::CONTENT_TYPE};
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
        // The smallest map: by itself, an empty one grows to six headers.
        let mut headers = HeaderMap::with_capacity(1);
        headers.insert(CONTENT_TYPE, JSON);
        let mut response = Response::new(Full::from(kind.json()));
        *response.status_mut() = kind.status();
        *response.headers_mut() = headers;
        response.extensions_mut().insert(self);
        response
    }
}
