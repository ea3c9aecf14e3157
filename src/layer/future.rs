//! The future of one request: read, verify, make ready, call.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::SystemTime,
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, request::Parts};
use http_body::Body;
use http_body_util::Full;
use pin_project_lite::pin_project;
use tower_service::Service;

use super::{ResponseBody, config::Config, intake::Intake};
use crate::{BoxError, Rejection, VerifiedEvent, trace};

pin_project! {
    /// The response future of [`LoopsSignature`](crate::LoopsSignature).
    pub struct ResponseFuture<S, B>
    where
        S: Service<Request<Full<Bytes>>>,
    {
        #[pin]
        state: State<S, B>,
    }
}

pin_project! {
    #[project = StateProj]
    #[project_replace = StateOwned]
    enum State<S, B>
    where
        S: Service<Request<Full<Bytes>>>,
    {
        // The body is arriving.
        Reading { #[pin] body: B, intake: Intake, waiting: Waiting<S> },
        // The event is verified; the inner service is being made ready for it.
        Ready { inner: S, request: Request<Full<Bytes>> },
        // The inner service has the request.
        Called { #[pin] future: S::Future },
        // The request is refused: the response, until it is returned.
        Refused { response: Option<Response<Full<Bytes>>> },
        // The response was returned.
        Done,
    }
}

const POLLED_AGAIN: &str = "`ResponseFuture` polled after it returned a response";

/// What waits for the body to be verified.
struct Waiting<S> {
    inner: S,
    config: Arc<Config>,
    parts: Parts,
    now: SystemTime,
}

impl<S, B> ResponseFuture<S, B>
where
    S: Service<Request<Full<Bytes>>>,
{
    pub(super) fn reading(
        inner: S,
        config: Arc<Config>,
        parts: Parts,
        body: B,
        intake: Intake,
        now: SystemTime,
    ) -> Self {
        let waiting = Waiting {
            inner,
            config,
            parts,
            now,
        };
        Self {
            state: State::Reading {
                body,
                intake,
                waiting,
            },
        }
    }

    pub(super) fn refused(config: &Config, rejection: Rejection, headers: HeaderMap) -> Self {
        Self {
            state: refuse(config, rejection, headers),
        }
    }
}

impl<S, B, ResBody> Future for ResponseFuture<S, B>
where
    S: Service<Request<Full<Bytes>>, Response = Response<ResBody>>,
    B: Body,
    B::Error: Into<BoxError>,
{
    type Output = Result<Response<ResponseBody<ResBody>>, S::Error>;

    /// # Panics
    ///
    /// When polled again after it returned a response.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            let read = match state.as_mut().project() {
                StateProj::Reading { body, intake, .. } => ready!(intake.poll_fill(body, cx)),
                StateProj::Ready { inner, .. } => {
                    ready!(inner.poll_ready(cx))?;
                    Ok(())
                }
                StateProj::Called { future } => {
                    let response = ready!(future.poll(cx));
                    // What the inner future still holds, a permit say, goes now and not with the last of the response.
                    state.set(State::Done);
                    return Poll::Ready(response.map(|response| response.map(ResponseBody::inner)));
                }
                StateProj::Refused { response } => {
                    let response = response.take().expect(POLLED_AGAIN);
                    return Poll::Ready(Ok(response.map(ResponseBody::own)));
                }
                StateProj::Done => panic!("{POLLED_AGAIN}"),
            };
            let next = match state.as_mut().project_replace(State::Done) {
                StateOwned::Reading {
                    intake, waiting, ..
                } => waiting.proceed(read.and_then(|()| intake.finish())),
                StateOwned::Ready { mut inner, request } => State::Called {
                    future: inner.call(request),
                },
                StateOwned::Called { .. } | StateOwned::Refused { .. } | StateOwned::Done => {
                    unreachable!("these have returned")
                }
            };
            state.set(next);
        }
    }
}

impl<S> Waiting<S> {
    /// The verdict is there: on to the inner service with the event, or back with the refusal.
    fn proceed<B>(self, verdict: Result<VerifiedEvent, Rejection>) -> State<S, B>
    where
        S: Service<Request<Full<Bytes>>>,
    {
        let Self {
            inner,
            config,
            mut parts,
            now,
        } = self;
        match verdict {
            Ok(event) => {
                trace::verified(&event, now);
                let body = Full::new(event.payload().clone());
                parts.extensions.insert(event);
                State::Ready {
                    inner,
                    request: Request::from_parts(parts, body),
                }
            }
            Err(rejection) => refuse(&config, rejection, parts.headers),
        }
    }
}

fn refuse<S, B>(config: &Config, rejection: Rejection, headers: HeaderMap) -> State<S, B>
where
    S: Service<Request<Full<Bytes>>>,
{
    trace::refused(&rejection);
    State::Refused {
        response: Some(config.refuse(rejection, headers)),
    }
}

impl<S, B> fmt::Debug for ResponseFuture<S, B>
where
    S: Service<Request<Full<Bytes>>>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
