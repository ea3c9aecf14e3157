//! Nothing that is shown tells a secret, a signature or anything of the request.

use std::{
    convert::Infallible,
    error::Error,
    fmt::Debug,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame};
use http_body_util::Full;
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_loops::{
    BoxError, LoopsSignatureLayer, PayloadError, Rejection, SIGNATURE_HEADER, Secret, Signer,
    Verifier,
};

use crate::{BODY, NOW, SECRET, at, mac, receive, secret, sign, verify};

/// In every place of a request that a stranger or a customer fills in.
pub(crate) const MARK: &str = "PRIVATE";

/// Both forms of `Debug` say something, and neither has the mark, the secret in any spelling or the signature of the body in it.
pub(crate) fn assert_silent(name: &str, value: &dyn Debug, body: &str) {
    assert_silent_text(name, &format!("{value:?}"), body);
    assert_silent_text(name, &format!("{value:#?}"), body);
}

fn assert_silent_text(name: &str, text: &str, body: &str) {
    let hex = |bytes: &[u8]| -> String { bytes.iter().map(|b| format!("{b:02x}")).collect() };
    let signature = mac(SECRET, &NOW.to_string(), body);
    assert!(!text.is_empty(), "{name} shows nothing at all");
    let squeezed: String = text.split_whitespace().collect();
    let forbidden = [
        MARK.to_owned(),
        SECRET.to_owned(),
        SECRET.trim_start_matches("whsec_").to_owned(),
        hex(SECRET.as_bytes()),
        signature,
        // A list of numbers is a spelling as well.
        format!("{:?}", SECRET.as_bytes()).replace(' ', ""),
        format!("{:?}", &SECRET.as_bytes()[..4])
            .trim_matches(['[', ']'])
            .replace(' ', ""),
        format!("{:?}", MARK.as_bytes())
            .trim_matches(['[', ']'])
            .replace(' ', ""),
    ];
    for forbidden in forbidden {
        let found = text.contains(&forbidden) || squeezed.contains(&forbidden);
        assert!(!found, "{name} shows {forbidden:?}: {text}");
    }
}

#[test]
fn what_holds_a_secret_does_not_show_it() {
    let verifier = Verifier::new(secret(SECRET)).with_additional_secret(secret(SECRET));
    let mut verification = verifier.begin(sign(BODY).as_bytes(), at(NOW)).unwrap();
    assert_silent("a verification that began", &verification, BODY);
    verification.update(MARK.as_bytes());
    assert_silent("a verification of one frame", &verification, BODY);
    verification.update(MARK.as_bytes());
    assert_silent("a verification of two frames", &verification, BODY);

    assert_silent("a secret", &secret(SECRET), BODY);
    assert_silent("a secret that was accepted", &Secret::new(SECRET), BODY);
    assert_silent("a verifier", &verifier, BODY);
    assert_silent("a signer", &Signer::new(secret(SECRET)), BODY);
    let header = Signer::new(secret(SECRET)).sign(BODY.as_bytes(), at(NOW));
    assert_silent("the header of a signer", &header, BODY);
}

#[test]
fn the_layer_and_its_service_do_not_show_the_secret_or_what_is_inside() {
    let layer = LoopsSignatureLayer::new(secret(SECRET)).with_additional_secret(secret(SECRET));
    assert_silent("the layer", &layer, BODY);
    let shown = format!("{layer:?}");
    for setting in ["secrets: 2", "tolerance: 300s", "max_body_size: 1048576"] {
        assert!(shown.contains(setting), "{setting} in {shown}");
    }
    // The inner service has a `Debug` that would tell.
    assert_silent("the service", &layer.layer(MARK), BODY);
    let mut service = layer.layer(service_fn(inner));
    let request = request(Full::<Bytes>::from(BODY));
    assert_silent("the future", &service.call(request), BODY);
    let refused = Request::new(Full::<Bytes>::from(MARK));
    assert_silent("the future of a refusal", &service.call(refused), BODY);
}

/// A delivery of [`BODY`], whatever comes in its place.
fn request<B>(body: B) -> Request<B> {
    let request = Request::builder()
        .uri(format!("/{MARK}"))
        .header(SIGNATURE_HEADER, sign(BODY));
    request.body(body).expect("its parts are well-formed")
}

async fn inner(_: Request<Full<Bytes>>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(Response::new(Full::from(MARK)))
}

#[tokio::test]
async fn a_response_body_does_not_show_what_it_holds() {
    let request = request(Full::<Bytes>::from(BODY));
    let service = LoopsSignatureLayer::new(secret(SECRET))
        .with_clock(|| at(NOW))
        .layer(service_fn(inner));
    let response = service.oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_silent("the response body", response.body(), BODY);
}

#[test]
fn a_refusal_shows_nothing_of_the_request() {
    let right = mac(SECRET, &NOW.to_string(), BODY);
    let headers = [
        ("no t", format!("{MARK}={MARK},v1={right}")),
        ("a bad t", format!("t={MARK},v1={right}")),
        ("two t", format!("t={NOW},t={MARK},v1={right}")),
        ("no v1", format!("t={NOW},{MARK}")),
        ("too long", MARK.repeat(1_000)),
        ("stale", format!("t=1,v1={right},{MARK}")),
        ("a v1 that cannot match", format!("t={NOW},v1={MARK}")),
        (
            "a v1 that does not match",
            format!("t={NOW},v1={}", right.replace('a', "b")),
        ),
    ];
    for (name, header) in headers {
        let rejection = verify(header, format!("{BODY} ")).expect_err(name);
        assert_chain_is_silent(name, &rejection, BODY);
    }
    let bodies = [
        format!("{{\"id\":{MARK}}}"),
        format!(r#"{{"id":"{MARK}"}}"#),
        format!(r#"{{"id":["{MARK}"],"type":"t"}}"#),
        format!(r#"{{"id":"{MARK}","id":"{MARK}"}}"#),
        format!(r#"{{"id":"e","type":{{"{MARK}":1}}}}"#),
        MARK.to_owned(),
    ];
    for body in bodies {
        let rejection = receive(&body).expect_err(&body);
        assert!(
            matches!(rejection, Rejection::InvalidPayload { .. }),
            "{rejection:?}"
        );
        assert_chain_is_silent(&body, &rejection, &body);
    }
    let not_utf8 = receive(b"PRIVATE\xff").unwrap_err();
    assert_chain_is_silent("not UTF-8", &not_utf8, BODY);
    let Rejection::InvalidPayload { reason, .. } = not_utf8 else {
        panic!("{not_utf8:?}");
    };
    assert_eq!(reason, PayloadError::NotUtf8);
}

fn assert_chain_is_silent(name: &str, rejection: &Rejection, body: &str) {
    assert_silent(name, rejection, body);
    let mut error: Option<&(dyn Error + 'static)> = Some(rejection);
    while let Some(cause) = error {
        assert_silent(name, &cause, body);
        assert_silent_text(name, &cause.to_string(), body);
        error = cause.source();
    }
}

struct Failing;

impl Body for Failing {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Poll::Ready(Some(Err(MARK.into())))
    }
}

#[tokio::test]
async fn a_failed_body_is_in_the_source_and_nowhere_else() {
    let request = request(Failing);
    let service = LoopsSignatureLayer::new(secret(SECRET))
        .with_clock(|| at(NOW))
        .layer(service_fn(inner));
    let response = service.oneshot(request).await.unwrap();
    assert_silent("the refusal", &response, BODY);

    let rejection: &Rejection = response.extensions().get().expect("it is attached");
    assert_silent("the rejection", rejection, BODY);
    assert_silent_text("the rejection", &rejection.to_string(), BODY);
    let Rejection::UnreadableBody(error) = rejection else {
        panic!("{rejection:?}");
    };
    assert_silent("the body error", error, BODY);
    assert_silent_text("the body error", &error.to_string(), BODY);
    // Whoever wants the cause has to ask for it.
    for source in [rejection.source(), error.source()] {
        assert_eq!(source.expect("there is a cause").to_string(), MARK);
    }
}
