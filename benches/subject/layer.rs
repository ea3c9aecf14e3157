//! The whole layer around a service that does nothing, and its rejections.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    pin::pin,
    task::{Context, Poll, Waker},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body::Body;
use http_body_util::Full;
use tower::{
    Layer, Service, ServiceExt,
    util::{ServiceFn, service_fn},
};
use tower_loops::{BoxError, LoopsSignatureLayer, SIGNATURE_HEADER, Secret, Signer};

use super::timed::{Subject, subject};
use crate::input::{Frames, KIB, request, secret, signature};

/// A genuine delivery in one frame through the layer.
pub fn one_frame(body: &Bytes) -> impl Subject + use<> {
    signed(body, Full::new(body.clone()))
}

/// A genuine delivery in frames of 16 KiB through the layer.
pub fn frames(body: &Bytes) -> impl Subject + use<> {
    signed(body, Frames::of(16 * KIB, body))
}

fn signed<B>(bytes: &Bytes, body: B) -> impl Subject + use<B>
where
    B: Body + Clone,
    B::Error: Into<BoxError>,
{
    let request = request([(SIGNATURE_HEADER, signature(bytes))], body);
    through(LoopsSignatureLayer::new(secret()), request, StatusCode::OK)
}

/// A genuine delivery through a layer that accepts this many secrets; the one that matches is the
/// first.
pub fn secrets(count: usize, body: &Bytes) -> impl Subject + use<> {
    let further = (1..count).map(|number| format!("whsec_{number}"));
    let layer = further.fold(LoopsSignatureLayer::new(secret()), |layer, text| {
        layer.with_additional_secret(Secret::new(text).expect("it is not empty"))
    });
    let request = request(
        [(SIGNATURE_HEADER, signature(body))],
        Full::new(body.clone()),
    );
    through(layer, request, StatusCode::OK)
}

/// A genuine delivery with this many signatures through the layer; the one that matches is the
/// last.
pub fn signatures(count: usize, body: &Bytes) -> impl Subject + use<> {
    let genuine = signature(body);
    let (t, v1) = genuine
        .to_str()
        .ok()
        .and_then(|header| header.split_once(','))
        .expect("it is `t=…,v1=…`");
    let others = format!("v1={},", "0".repeat(64)).repeat(count - 1);
    let header = HeaderValue::try_from(format!("{t},{others}{v1}")).expect("it is ASCII");
    let request = request([(SIGNATURE_HEADER, header)], Full::new(body.clone()));
    through(LoopsSignatureLayer::new(secret()), request, StatusCode::OK)
}

/// Why a delivery is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejection {
    NoHeader,
    Malformed,
    Stale,
    WrongLength,
    Oversize,
    Forged,
}

/// A rejected delivery in one frame through the layer.
pub fn rejected(rejection: Rejection, body: &Bytes) -> impl Subject + use<> {
    let header = match rejection {
        Rejection::NoHeader => None,
        Rejection::Malformed => Some(HeaderValue::from_static("t=17000x0000,v1=00")),
        Rejection::Stale => {
            let stale = SystemTime::now() - Duration::from_secs(3600);
            Some(Signer::new(secret()).sign(body, stale))
        }
        Rejection::WrongLength => {
            let genuine = signature(body);
            let cut = &genuine.as_bytes()[..genuine.len() - 1];
            Some(HeaderValue::from_bytes(cut).expect("it is ASCII"))
        }
        Rejection::Oversize => Some(signature(body)),
        Rejection::Forged => Some(signature(b"another body")),
    };
    let status = match rejection {
        Rejection::NoHeader | Rejection::Malformed => StatusCode::BAD_REQUEST,
        Rejection::Stale | Rejection::WrongLength | Rejection::Forged => StatusCode::UNAUTHORIZED,
        Rejection::Oversize => StatusCode::PAYLOAD_TOO_LARGE,
    };
    let mut layer = LoopsSignatureLayer::new(secret());
    if rejection == Rejection::Oversize {
        layer = layer.with_max_body_size(body.len() - 1);
    }
    let headers = header.map(|header| (SIGNATURE_HEADER, header));
    through(layer, request(headers, Full::new(body.clone())), status)
}

/// A request through a layer around the handler. Each response is checked, so that only this is
/// measured.
pub fn through<L, B, R>(
    layer: L,
    request: Request<B>,
    status: StatusCode,
) -> impl Subject + use<L, B, R>
where
    L: Layer<Handler>,
    L::Service: Service<Request<B>, Response = Response<R>, Error: Into<BoxError>> + Clone,
    B: Clone,
{
    let service = layer.layer(service_fn(answer as fn(_) -> _));
    subject(
        move || request.clone(),
        move |request| {
            let response = drive(service.clone().oneshot(request))
                .unwrap_or_else(|error| panic!("{}", error.into()));
            assert_eq!(response.status(), status);
            response
        },
    )
}

/// A service that is always ready and responds at once. It drops the request.
pub type Handler = ServiceFn<fn(Request<Full<Bytes>>) -> Answer>;

pub type Answer = Ready<Result<Response<Full<Bytes>>, Infallible>>;

fn answer(_: Request<Full<Bytes>>) -> Answer {
    ready(Ok(Response::default()))
}

/// Polls to the end, without a runtime: nothing here waits, though a peer wakes itself between
/// its steps.
pub fn drive<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}
