//! No output contains a secret, a signature or any part of the request.

use std::{convert::Infallible, error::Error, fmt::Debug};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use testkit::{
    body::{ScriptedBody, Step},
    delivery::{NOW, SECRET, mac, secret},
};
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_loops::{LoopsSignatureLayer, Rejection, SIGNATURE_HEADER, Secret, Signer, Verifier};

use crate::{BODY, at, receive, sign, verify};

/// A marker in each part of a request that a client or a customer controls.
pub(crate) const MARK: &str = "PRIVATE";

/// Both forms of `Debug` show something, and nothing private: see [`assert_silent_text`].
pub(crate) fn assert_silent(name: &str, value: &dyn Debug, body: &str) {
    assert_silent_text(name, &format!("{value:?}"), body);
    assert_silent_text(name, &format!("{value:#?}"), body);
}

/// The text has neither the mark, nor the secret in any spelling, nor the signature of the body.
fn assert_silent_text(name: &str, text: &str, body: &str) {
    assert!(!text.is_empty(), "{name} shows nothing at all");
    let hex: String = SECRET.bytes().map(|byte| format!("{byte:02x}")).collect();
    // A list of numbers is an encoding of the secret as well.
    let list = |text: &str| format!("{:?}", text.as_bytes()).replace(['[', ' ', ']'], "");
    let (secret_start, mark_list) = (list(&SECRET[..4]), list(MARK));
    let signature = mac(SECRET, &NOW.to_string(), body);
    let unprefixed = SECRET.trim_start_matches("whsec_");
    let squeezed: String = text.split_whitespace().collect();
    let lists = [&*secret_start, &mark_list];
    let texts = [MARK, unprefixed, &hex, &signature];
    for forbidden in texts.into_iter().chain(lists) {
        let is_found = text.contains(forbidden) || squeezed.contains(forbidden);
        assert!(!is_found, "{name} shows {forbidden:?}: {text}");
    }
}

#[test]
fn holders_of_a_secret_do_not_show_it() {
    let verifier = Verifier::new(secret(SECRET)).with_additional_secret(secret(SECRET));
    let mut verification = verifier.begin(sign(BODY).as_bytes(), at(NOW)).unwrap();
    for name in ["begun", "with a frame", "with two frames"] {
        assert_silent(name, &verification, BODY);
        verification.update(MARK.as_bytes());
    }
    assert_silent("a secret", &secret(SECRET), BODY);
    assert_silent("the result with a secret", &Secret::new(SECRET), BODY);
    assert_silent("a verifier", &verifier, BODY);
    assert_silent("a signer", &Signer::new(secret(SECRET)), BODY);
    let header = Signer::new(secret(SECRET)).sign(BODY.as_bytes(), at(NOW));
    assert_silent("the header of a signer", &header, BODY);
}

fn layer() -> LoopsSignatureLayer {
    let layer = LoopsSignatureLayer::new(secret(SECRET)).with_additional_secret(secret(SECRET));
    layer.with_clock(|| at(NOW))
}

/// A request with the signature of [`BODY`].
fn request<B>(body: B) -> Request<B> {
    let request = Request::post(format!("/{MARK}")).header(SIGNATURE_HEADER, sign(BODY));
    request.body(body).expect("a request")
}

async fn inner(_: Request<Full<Bytes>>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(Response::new(Full::from(MARK)))
}

#[tokio::test]
async fn the_layer_shows_its_settings_and_nothing_of_secret_inner_service_or_bodies() {
    assert_silent("the layer", &layer(), BODY);
    let shown = format!("{:?}", layer());
    for setting in ["secrets: 2", "tolerance: 300s", "max_body_size: 1048576"] {
        assert!(shown.contains(setting), "{setting} in {shown}");
    }
    // The `Debug` of this inner service would show the mark.
    assert_silent("the service", &layer().layer(MARK), BODY);
    let mut service = layer().layer(service_fn(inner));
    let unsigned = Request::new(Full::<Bytes>::from(MARK));
    assert_silent("the future of a rejection", &service.call(unsigned), BODY);
    let future = service.call(request(Full::<Bytes>::from(BODY)));
    assert_silent("the future", &future, BODY);
    let response = future.await.unwrap();
    assert_eq!(response.status(), 200);
    assert_silent("the response body", response.body(), BODY);
}

/// The rejection, its texts and those of its causes.
fn assert_chain_is_silent(name: &str, rejection: &Rejection, body: &str) {
    let mut error: Option<&(dyn Error + 'static)> = Some(rejection);
    while let Some(cause) = error {
        assert_silent(name, &cause, body);
        assert_silent_text(name, &cause.to_string(), body);
        error = cause.source();
    }
}

#[test]
fn a_rejection_shows_nothing_of_the_request() {
    let right = mac(SECRET, &NOW.to_string(), BODY);
    for header in [
        format!("{MARK}={MARK},v1={right}"),
        format!("t={MARK},v1={right}"),
        format!("t={NOW},t={MARK},v1={right}"),
        format!("t={NOW},{MARK}"),
        MARK.repeat(1_000),
        format!("t=1,v1={right},{MARK}"),
        format!("t={NOW},v1={MARK}"),
        format!("t={NOW},v1={}", right.replace('a', "b")),
    ] {
        let rejection = verify(&header, format!("{BODY} ")).expect_err(&header);
        assert_chain_is_silent(&header, &rejection, BODY);
    }
    for body in [
        r#"{"id":PRIVATE}"#,
        r#"{"id":"PRIVATE"}"#,
        r#"{"id":["PRIVATE"],"type":"t"}"#,
        r#"{"id":"PRIVATE","id":"PRIVATE"}"#,
        r#"{"id":"e","type":{"PRIVATE":1}}"#,
        MARK,
    ] {
        let rejection = receive(body).expect_err(body);
        assert_chain_is_silent(body, &rejection, body);
    }
    assert_chain_is_silent("not UTF-8", &receive(b"PRIVATE\xff").unwrap_err(), BODY);
}

#[tokio::test]
async fn the_error_of_a_body_is_in_the_source_only() {
    let body = ScriptedBody::new([Step::Fail(MARK.into())]);
    let service = layer().layer(service_fn(inner));
    let response = service.oneshot(request(body)).await.unwrap();
    assert_silent("the response", &response, BODY);
    let rejection: &Rejection = response.extensions().get().expect("it is attached");
    assert_silent_text("the rejection", &rejection.to_string(), BODY);
    let Rejection::UnreadableBody(error) = rejection else {
        panic!("{rejection:?}");
    };
    assert_silent("the body error", error, BODY);
    assert_silent_text("the body error", &error.to_string(), BODY);
    for source in [rejection.source(), error.source()] {
        assert_eq!(source.expect("a cause").to_string(), MARK);
    }
}
