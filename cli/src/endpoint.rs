//! The URL of an endpoint.

use std::{fmt, str::FromStr};

use http::{
    Uri,
    uri::{PathAndQuery, Scheme},
};

/// An absolute `http` or `https` URL.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint(Uri);

impl Endpoint {
    pub(crate) fn uri(&self) -> &Uri {
        &self.0
    }

    pub(crate) fn is_https(&self) -> bool {
        self.0.scheme() == Some(&Scheme::HTTPS)
    }

    pub(crate) fn host_and_port(&self) -> (&str, u16) {
        let host = self.0.host().unwrap_or_default();
        let default = if self.is_https() { 443 } else { 80 };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        (host, self.0.port_u16().unwrap_or(default))
    }

    /// Where a delivery goes that was received at this path and query: to the path of this URL, or,
    /// if it has none, to that of the delivery. Both queries are kept.
    pub(crate) fn at(&self, received: &PathAndQuery) -> Uri {
        let (path, query) = match self.0.path() {
            "" | "/" => (received.path(), self.0.query()),
            path => (path, self.0.query()),
        };
        let queries = [query, received.query()];
        let mut target = path.to_owned();
        for (query, separator) in queries.into_iter().flatten().zip(['?', '&']) {
            target.push(separator);
            target.push_str(query);
        }
        let mut parts = self.0.clone().into_parts();
        // A valid path and a valid query are valid together.
        parts.path_and_query = target.parse().ok();
        Uri::from_parts(parts).unwrap_or_else(|_| self.0.clone())
    }
}

impl FromStr for Endpoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const LIKE: &str = "such as http://127.0.0.1:3000/api/webhooks/loops";
        let uri: Uri = text
            .parse()
            .map_err(|error| format!("not a URL {LIKE}: {error}"))?;
        let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
        if !is_http || uri.host().is_none_or(str::is_empty) {
            return Err(format!("not an http or https URL {LIKE}"));
        }
        if (uri.authority()).is_some_and(|authority| authority.as_str().contains('@')) {
            return Err("a URL with a user name or password is not supported".to_owned());
        }
        Ok(Self(uri))
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::Endpoint;

    #[test]
    fn the_path_of_the_url_wins_and_both_queries_are_kept() {
        for (endpoint, received, target) in [
            ("http://a:1", "/hook?x=1", "http://a:1/hook?x=1"),
            ("http://a:1/", "/", "http://a:1/"),
            ("http://a:1/own", "/hook?x=1", "http://a:1/own?x=1"),
            ("http://a:1/own?k=2", "/hook?x=1", "http://a:1/own?k=2&x=1"),
            ("http://a:1?k=2", "/hook", "http://a:1/hook?k=2"),
        ] {
            let endpoint: Endpoint = endpoint.parse().expect("a URL");
            let received = received.parse().expect("a path");
            assert_eq!(endpoint.at(&received).to_string(), target);
        }
    }
}
