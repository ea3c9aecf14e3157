//! The receiver: a service in this process, or a URL.

use std::{error::Error, fmt, pin::Pin, pin::pin};

use bytes::{Buf, Bytes};
use http::{Response, StatusCode, header::LOCATION};
use http_body::Body;
use http_body_util::BodyExt;
use tower_loops::BoxError;

use crate::delivery::Delivery;

pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

pub(crate) trait Endpoint: Send + Sync {
    /// Sends it and waits for the response, without a timeout. Dropping the future disconnects.
    fn deliver(&self, delivery: Delivery) -> BoxFuture<'static, Result<Answer, NoAnswer>>;

    /// Whether there is a connection, on which a body can arrive in pieces or not at all.
    fn has_connections(&self) -> bool;
}

/// No more of a response is read, so that an endless one ends.
const MAX_TEXT: usize = 64 * 1024;

/// A response.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) location: Option<String>,
    pub(crate) text: Vec<u8>,
}

/// Why there is no response.
#[derive(Clone, Debug)]
pub(crate) enum NoAnswer {
    /// No connection could be made.
    Unreachable(String),
    /// The connection ended, or the data on it is not a response.
    Broken(String),
    TimedOut,
}

impl Answer {
    pub(crate) async fn read<B>(response: Response<B>) -> Result<Self, NoAnswer>
    where
        B: Body<Error: Into<BoxError>>,
    {
        let (head, body) = response.into_parts();
        let location = head.headers.get(LOCATION);
        let location = location.map(|to| String::from_utf8_lossy(to.as_bytes()).into_owned());
        let mut body = pin!(body);
        let mut text = Vec::new();
        while let Some(frame) = body.as_mut().frame().await {
            let frame = frame.map_err(|error| NoAnswer::broken(&*error.into()))?;
            let Ok(mut data) = frame.into_data() else {
                continue;
            };
            let room = data.remaining().min(MAX_TEXT - text.len());
            let data: Bytes = data.copy_to_bytes(room);
            text.extend_from_slice(&data);
            if text.len() == MAX_TEXT {
                break;
            }
        }
        Ok(Self {
            status: head.status,
            location,
            text,
        })
    }
}

impl NoAnswer {
    /// The innermost of nested errors is the one that says what happened.
    pub(crate) fn broken(error: &(dyn Error + 'static)) -> Self {
        let mut error = error;
        while let Some(source) = error.source() {
            error = source;
        }
        Self::Broken(error.to_string())
    }
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(error) => write!(f, "no connection: {error}"),
            Self::Broken(error) => write!(f, "no response: {error}"),
            Self::TimedOut => f.write_str("no response within the timeout"),
        }
    }
}
