//! The future of one request: read, verify, poll for readiness, call; or reject, drain, respond.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{Request, Response, request::Parts};
use http_body::Body;
use http_body_util::Full;
use pin_project_lite::pin_project;
use tower_service::Service;

use super::{
    body_reader::BodyReader, config::Config, deadline::Deadline, delivery::Delivery, drain::Drain,
    response_body::ResponseBody,
};
use crate::{
    box_error::BoxError, event::VerifiedEvent, rejection::Rejection, signature::Verification, trace,
};

pin_project! {
    /// The response future of [`LoopsSignature`](crate::LoopsSignature).
    pub struct ResponseFuture<S, B>
    where
        S: Service<Request<Full<Bytes>>>,
    {
        #[pin]
        state: State<S, B>,
        config: Arc<Config>,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<S, B>
    where
        S: Service<Request<Full<Bytes>>>,
    {
        // The body is read and verified, or drained after a rejection. It is pinned, so that it
        // stays where it is.
        Body { #[pin] body: B, stage: Stage<S>, deadline: Deadline },
        // The event is verified; the inner service is polled for readiness.
        Ready { inner: S, request: Option<Request<Full<Bytes>>> },
        // The inner service has the request.
        Called { #[pin] future: S::Future },
        // The request is rejected and its body drained.
        Rejected { rejection: Option<Rejection> },
        // The response was returned.
        Done,
    }
}

#[expect(
    clippy::large_enum_variant,
    reason = "every delivery begins in the large one, and a box would cost an allocation"
)]
enum Stage<S> {
    Verify {
        reader: BodyReader,
        call: Option<Call<S>>,
    },
    Drain {
        drain: Drain,
        rejection: Option<Rejection>,
    },
}

/// What the inner service is called with, once the body is verified.
struct Call<S> {
    inner: S,
    parts: Parts,
    delivery: Delivery,
}

const POLLED_AGAIN: &str = "`ResponseFuture` polled after it returned a response";

impl<S, B> ResponseFuture<S, B>
where
    S: Service<Request<Full<Bytes>>>,
    B: Body,
{
    pub(super) fn verify(
        inner: S,
        config: Arc<Config>,
        parts: Parts,
        body: B,
        verification: Verification,
        delivery: Delivery,
    ) -> Self {
        let reader = BodyReader::new(verification);
        let call = Some(Call {
            inner,
            parts,
            delivery,
        });
        let deadline = Deadline::after(config.body_timeout).start();
        Self {
            state: State::Body {
                body,
                stage: Stage::Verify { reader, call },
                deadline,
            },
            config,
        }
    }

    /// For a request whose body was not polled.
    pub(super) fn reject(
        config: Arc<Config>,
        rejection: Rejection,
        body: B,
        delivery: &Delivery,
    ) -> Self {
        trace::rejected(&rejection, &delivery.log(&config.rejections));
        let rejection = Some(rejection);
        let state = match Drain::unread(delivery, &config) {
            Some(drain) => State::Body {
                body,
                stage: Stage::Drain { drain, rejection },
                deadline: Deadline::after(config.body_timeout),
            },
            None => State::Rejected { rejection },
        };
        Self { state, config }
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
    /// If polled again after it returned a response.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            let next = match this.state.as_mut().project() {
                StateProj::Body {
                    body,
                    stage,
                    deadline,
                } => match stage {
                    Stage::Verify { reader, call } => {
                        let result = ready!(reader.poll_verify(body, deadline, cx));
                        let call = call.take().expect(POLLED_AGAIN);
                        match result {
                            Ok(event) => call.ready(event, this.config),
                            Err(rejection) => {
                                let delivery = &call.delivery;
                                trace::rejected(&rejection, &delivery.log(&this.config.rejections));
                                let drain = Drain::rest(&rejection, delivery, this.config);
                                let rejection = Some(rejection);
                                if let Some(drain) = drain {
                                    // Drops the buffer.
                                    *stage = Stage::Drain { drain, rejection };
                                    continue;
                                }
                                State::Rejected { rejection }
                            }
                        }
                    }
                    Stage::Drain { drain, rejection } => {
                        ready!(drain.poll(body, deadline, cx));
                        State::Rejected {
                            rejection: rejection.take(),
                        }
                    }
                },
                StateProj::Ready { inner, request } => {
                    ready!(inner.poll_ready(cx))?;
                    let request = request.take().expect(POLLED_AGAIN);
                    State::Called {
                        future: inner.call(request),
                    }
                }
                StateProj::Called { future } => {
                    let response = ready!(future.poll(cx));
                    // Drops what the inner future still holds, a permit for example, before the
                    // response body is read.
                    this.state.set(State::Done);
                    return Poll::Ready(response.map(|response| response.map(ResponseBody::inner)));
                }
                StateProj::Rejected { rejection } => {
                    let rejection = rejection.take().expect(POLLED_AGAIN);
                    let response = this.config.respond(rejection);
                    return Poll::Ready(Ok(response.map(ResponseBody::own)));
                }
                StateProj::Done => panic!("{POLLED_AGAIN}"),
            };
            this.state.set(next);
        }
    }
}

impl<S> Call<S> {
    fn ready<B>(self, event: VerifiedEvent, config: &Config) -> State<S, B>
    where
        S: Service<Request<Full<Bytes>>>,
    {
        let Self {
            inner,
            mut parts,
            delivery,
        } = self;
        trace::verified(&event, delivery.received_at, &config.rejections);
        let body = Full::new(event.payload().clone());
        parts.extensions.insert(event);
        State::Ready {
            inner,
            request: Some(Request::from_parts(parts, body)),
        }
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
