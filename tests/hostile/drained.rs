//! The drain on a real connection: a client that waits, or has declared too much, is answered at
//! once, and a body that never ends is drained until the body timeout. `endless` tests its bound in
//! bytes.

use std::time::Duration;

use axum::{Router, routing};
use tokio::{io::AsyncWriteExt, net::TcpListener, time::interval};
use tower_loops::{LoopsSignatureLayer, Secret};

use crate::support::{
    ATTACK, BODY_LIMIT, CHUNKED, GENUINE, PATH, Raw, SECRET, channel, content_length, data,
    forgery, genuine_event, head,
    http2::{Http2, post},
    missing, received,
    serve::{Limits, serve},
    server::each_example,
    signature, signature_line, stale, too_large, too_old, within_reason,
};

#[tokio::test]
async fn a_client_that_waits_for_the_answer_does_not_wait_for_the_drain() {
    let old = signature_line(&stale(ATTACK));
    let forged = signature_line(&forgery());
    let expect = "expect: 100-continue";
    let (short, over) = (content_length(1000), content_length(BODY_LIMIT + 1));
    let rows = [
        (vec![expect, &short], missing()),
        (vec![expect, &short, &old], too_old()),
        (vec![expect, CHUNKED], missing()),
        (vec![expect, &over, &forged], too_large()),
        (vec![&over], missing()),
        (vec![&over, &old], too_old()),
        (vec![&over, &forged], too_large()),
    ];
    each_example(async |server| {
        for (lines, expected) in &rows {
            // Drained, and answered when no data has arrived for two seconds.
            let mut drained = Raw::connect(server.address).await;
            drained.send(head(&[&short])).await;
            let mut connection = Raw::connect(server.address).await;
            connection.send(head(lines)).await;
            // No status 100 comes before it.
            tokio::select! {
                biased;
                answer = connection.answer() => assert_eq!(answer, *expected, "{lines:?}"),
                _ = drained.answer() => panic!("{lines:?}: drained"),
            }
        }
        // The server asks for the body of a client whose header is right.
        let body = genuine_event();
        let mut connection = Raw::connect(server.address).await;
        let genuine = signature_line(&signature(&body));
        let lines = [expect, &genuine, &content_length(body.len())];
        connection.send(head(&lines)).await;
        assert_eq!(connection.answer().await.0, 100);
        connection.send(body).await;
        assert_eq!(connection.answer().await, received());
        server.has_handled(GENUINE).await;
    })
    .await;
}

#[tokio::test]
async fn the_body_timeout_ends_the_drain_of_what_never_ends() {
    let layer = LoopsSignatureLayer::new(Secret::new(SECRET).unwrap());
    let layer = layer.with_body_timeout(Duration::from_millis(500));
    let receive = routing::post(async || "received").route_layer(layer);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = Router::new().route(PATH, receive);
    tokio::spawn(serve::<_, _>(listener, app, Limits::default()));

    let mut http1 = Raw::connect(address).await;
    http1.send(head(&[CHUNKED])).await;
    let Raw {
        mut incoming,
        mut outgoing,
    } = http1;
    let http2 = Http2::connect(address).await;
    let (feed, body) = channel();
    let answer = http2.start(post(&[], body));
    let mut ticks = interval(Duration::from_millis(5));
    let dripping = async {
        loop {
            ticks.tick().await;
            // Reading shows what cannot be sent any more.
            let _ = outgoing.write_all(b"1\r\nx\r\n").await;
            let _ = feed.send(data("x"));
        }
    };
    tokio::select! {
        (http1, http2) = within_reason(async { tokio::join!(incoming.next(), answer) }) => {
            assert_eq!(http1, Some(missing()));
            assert_eq!(http2.unwrap().unwrap(), missing(), "HTTP/2");
        }
        () = dripping => {}
    }
    // The client has been told to stop.
    within_reason(feed.closed()).await;
}
