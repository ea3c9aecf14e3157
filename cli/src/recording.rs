//! A recorded delivery: one JSON file.

use std::path::Path;

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde::{Deserialize, Serialize};

use crate::exit::CannotRun;

/// What `listen --record` writes and `replay` reads.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Recording {
    pub(crate) received_at: jiff::Timestamp,
    /// `verified`, or the kind of the rejection. Read by people only.
    pub(crate) outcome: String,
    pub(crate) method: String,
    /// Path and query.
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, Data)>,
    pub(crate) body: Data,
}

/// Bytes: text where they are UTF-8, else Base64.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Data {
    Text(String),
    Base64 { base64: String },
}

/// Headers with credentials of the sender, which are not recorded.
const CREDENTIALS: [HeaderName; 3] = [
    header::AUTHORIZATION,
    header::COOKIE,
    header::PROXY_AUTHORIZATION,
];

impl Data {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Text(text.to_owned()),
            Err(_) => Self::Base64 {
                base64: BASE64_STANDARD.encode(bytes),
            },
        }
    }

    pub(crate) fn bytes(&self) -> Result<Bytes, String> {
        match self {
            Self::Text(text) => Ok(text.clone().into()),
            Self::Base64 { base64 } => BASE64_STANDARD
                .decode(base64)
                .map(Into::into)
                .map_err(|error| format!("its Base64 is malformed: {error}")),
        }
    }
}

impl Recording {
    pub(crate) fn read(path: &Path) -> Result<Self, CannotRun> {
        let cannot = |error: &dyn std::fmt::Display| {
            CannotRun::new(format!(
                "cannot read the recorded delivery {}: {error}",
                path.display()
            ))
        };
        let json = std::fs::read(path).map_err(|error| cannot(&error))?;
        serde_json::from_slice(&json).map_err(|error| cannot(&error))
    }

    /// The headers as they are recorded: in order, without credentials.
    pub(crate) fn recorded(headers: &HeaderMap) -> Vec<(String, Data)> {
        (headers.iter())
            .filter(|(name, _)| !CREDENTIALS.contains(name))
            .map(|(name, value)| (name.to_string(), Data::new(value.as_bytes())))
            .collect()
    }

    pub(crate) fn headers(&self) -> Result<HeaderMap, String> {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let parsed: HeaderName = name
                .parse()
                .map_err(|_| format!("{name:?} is not the name of a header"))?;
            let value = HeaderValue::from_maybe_shared(value.bytes()?)
                .map_err(|_| format!("the value of the header {name} is malformed"))?;
            headers.append(parsed, value);
        }
        Ok(headers)
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::{Data, Recording};

    #[test]
    fn any_bytes_are_recorded_and_read_again() {
        let bodies: [&[u8]; 5] = [
            b"",
            b"{\"a\":1}\r\n",
            "é\u{feff}".as_bytes(),
            b"\xff\0",
            b"\0",
        ];
        for body in bodies {
            let json = serde_json::to_string(&Data::new(body)).expect("JSON");
            let read: Data = serde_json::from_str(&json).expect("the same");
            assert_eq!(read.bytes().as_deref(), Ok(body), "{json}");
        }
        assert_eq!(
            serde_json::to_string(&Data::new(b"\xff")).expect("JSON"),
            r#"{"base64":"/w=="}"#
        );
    }

    #[test]
    fn credentials_of_the_sender_are_not_recorded() {
        let mut headers = HeaderMap::new();
        for name in ["authorization", "cookie", "proxy-authorization", "x-own"] {
            headers.insert(name, "Basic abc".parse().expect("a value"));
        }
        let recorded = Recording::recorded(&headers);
        assert_eq!(recorded, [("x-own".to_owned(), Data::new(b"Basic abc"))]);
    }
}
