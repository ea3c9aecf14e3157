//! One delivery from the request to the answer.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use tokio::{sync::mpsc, task::block_in_place, time::timeout};
use tower_loops::{BodyError, Rejection};

use super::{
    Received, Shown,
    forward::Forward,
    gate::{Checked, Gate},
    recorder::Recorder,
    shown::{Event, Outcome},
};
use crate::{client::JSON, exit::CannotRun};

/// Many times the size of an event: larger bodies are not forwarded.
const MAX_BODY: usize = 16 * 1024 * 1024;
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

pub(super) struct Receiver {
    pub(super) gate: Gate,
    pub(super) forward: Option<Forward>,
    pub(super) recorder: Option<Recorder>,
    /// Where answered deliveries go, to be explained and shown.
    pub(super) answered: mpsc::Sender<(Shown, Received)>,
    /// Where the error goes that ends it all.
    pub(super) failed: mpsc::Sender<CannotRun>,
}

impl Receiver {
    pub(super) async fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> Response<Full<Bytes>> {
        let (parts, body) = request.into_parts();
        let body = timeout(BODY_TIMEOUT, Limited::new(body, MAX_BODY).collect()).await;
        let rejection = match body {
            Ok(Ok(body)) => {
                let received = Received::new(parts, body.to_bytes());
                // A client that disconnects does not cancel what it began.
                let answer = tokio::spawn(self.received(received)).await;
                return answer.unwrap_or_else(|_| unavailable());
            }
            Ok(Err(error)) => Rejection::from(BodyError::new(error)),
            Err(_) => Rejection::body_timeout(),
        };
        let (checked, received) = (
            Checked::rejected(rejection),
            Received::new(parts, Bytes::new()),
        );
        let shown = shown(&checked, &received, checked.response.status());
        let _ = self.answered.send((shown, received)).await;
        checked.response
    }

    async fn received(self: Arc<Self>, received: Received) -> Response<Full<Bytes>> {
        let checked = self.gate.check(&received).await;
        let record = |recorder: &Recorder| block_in_place(|| recorder.record(&received, &checked));
        let file = match self.recorder.as_ref().map(record).transpose() {
            Ok(file) => file,
            Err(error) => {
                let _ = self.failed.try_send(error);
                return unavailable();
            }
        };
        let mut shown = shown(&checked, &received, checked.response.status());
        shown.file = file.map(|file| file.display().to_string());
        let response = match &self.forward {
            Some(forward) if forward.takes(&checked) => {
                let (response, error) = forward.send(&received).await;
                shown.status = response.status().as_u16();
                shown.forwarded = error.is_none();
                shown.error = error.map(|error| error.to_string());
                response
            }
            _ => checked.response,
        };
        let _ = self.answered.send((shown, received)).await;
        response
    }
}

fn shown(checked: &Checked, received: &Received, status: StatusCode) -> Shown {
    let event = Event::of(checked, &received.body);
    Shown {
        number: 0,
        received_at: received.timestamp(),
        method: received.method.to_string(),
        path: received.path.to_string(),
        event_type: event.event_type,
        id: event.id,
        outcome: match checked.result {
            Ok(_) => Outcome::Verified,
            Err(_) => Outcome::Rejected,
        },
        reason: (checked.result.as_ref().err()).map(|rejection| rejection.kind().as_str()),
        causes: Vec::new(),
        duplicate: false,
        bytes: received.body.len(),
        status: status.as_u16(),
        forwarded: false,
        error: None,
        file: None,
    }
}

/// Asks the sender to try again: the delivery is not recorded.
fn unavailable() -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(r#"{"error":"Unavailable"}"#));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    *response.headers_mut() = HeaderMap::from_iter([(CONTENT_TYPE, JSON)]);
    response
}
