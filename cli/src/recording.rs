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
    /// One line each: `name: value`.
    pub(crate) headers: Vec<Data>,
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
    pub(crate) fn recorded(headers: &HeaderMap) -> Vec<Data> {
        (headers.iter())
            .filter(|(name, _)| !CREDENTIALS.contains(name))
            .map(|(name, value)| {
                let line = [name.as_str().as_bytes(), b": ", value.as_bytes()].concat();
                Data::new(&line)
            })
            .collect()
    }

    pub(crate) fn headers(&self) -> Result<HeaderMap, String> {
        let mut headers = HeaderMap::new();
        for line in &self.headers {
            let bytes = line.bytes()?;
            let (name, value) = parse(&bytes)
                .ok_or_else(|| format!("{:?} is not a header", String::from_utf8_lossy(&bytes)))?;
            headers.append(name, value);
        }
        Ok(headers)
    }
}

fn parse(line: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
    Some((name.try_into().ok()?, value.try_into().ok()?))
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
        assert_eq!(recorded, [Data::new(b"x-own: Basic abc")]);
    }
}
