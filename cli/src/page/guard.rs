//! Rejects requests that other sites cause.

use std::net::SocketAddr;

use http::{HeaderMap, HeaderValue, header};

/// The names under which the page is reached. A site that resolves its own name to this machine
/// (DNS rebinding) sends that name as `Host`; a site that posts here sends its `Origin`.
#[derive(Clone, Debug)]
pub(super) struct Guard {
    hosts: [String; 3],
}

impl Guard {
    pub(super) fn new(address: SocketAddr) -> Self {
        let port = address.port();
        Self {
            hosts: [
                address.to_string(),
                format!("localhost:{port}"),
                format!("127.0.0.1:{port}"),
            ],
        }
    }

    pub(super) fn admits(&self, headers: &HeaderMap) -> bool {
        let hosts: Vec<&HeaderValue> = headers.get_all(header::HOST).iter().collect();
        let [host] = hosts[..] else {
            return false;
        };
        let is_own =
            |host: &[u8]| (self.hosts.iter()).any(|own| own.as_bytes().eq_ignore_ascii_case(host));
        let mut origins = headers.get_all(header::ORIGIN).iter();
        is_own(host.as_bytes())
            && origins
                .all(|origin| (origin.as_bytes().strip_prefix(b"http://")).is_some_and(is_own))
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, header};

    use super::Guard;

    fn admits(headers: &[(HeaderName, &str)]) -> bool {
        let guard = Guard::new("127.0.0.1:4001".parse().expect("an address"));
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, value.parse().expect("a value"));
        }
        guard.admits(&map)
    }

    #[test]
    fn only_its_own_host_and_origin_are_admitted() {
        let (host, origin) = (header::HOST, header::ORIGIN);
        let own = (host.clone(), "127.0.0.1:4001");
        assert!(admits(std::slice::from_ref(&own)));
        assert!(admits(&[(host.clone(), "LocalHost:4001")]));
        assert!(admits(&[
            own.clone(),
            (origin.clone(), "http://localhost:4001")
        ]));

        assert!(!admits(&[]));
        assert!(!admits(&[own.clone(), own.clone()]));
        for host_of_another in ["evil.example:4001", "127.0.0.1", "127.0.0.1:4000", ""] {
            assert!(!admits(&[(host.clone(), host_of_another)]));
        }
        for foreign in [
            "http://evil.example",
            "https://127.0.0.1:4001",
            "null",
            "http://127.0.0.1:3000",
        ] {
            assert!(!admits(&[own.clone(), (origin.clone(), foreign)]));
        }
    }
}
