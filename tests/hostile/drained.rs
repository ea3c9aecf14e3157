//! How long the rest of a rejected body is read before the answer: not at all where the client waits or has declared too much,
//! and else until it has been silent for two seconds, or until the body timeout. Its bound in bytes is tried in `endless`.

use std::{net::SocketAddr, time::Duration};

use axum::{Router, routing};
use tokio::{io::AsyncWriteExt, net::TcpListener, time::interval};
use tower_loops::{LoopsSignatureLayer, Secret};

use crate::support::{
    ATTACK, BODY_LIMIT, EXAMPLES, GENUINE, PATH, SECRET, forgery, genuine_event,
    http2::{Http2, data, fed, post},
    mac, missing,
    raw::{CHUNKED, Raw, content_length, head, signed},
    received, rejected,
    serve::{Limits, serve},
    server::Server,
    signature, too_large, within_reason,
};

#[tokio::test]
async fn a_client_that_waits_for_the_answer_does_not_wait_for_the_drain() {
    let stale = signed(&format!("t=1,v1={}", mac("1", ATTACK)));
    let forged = signed(&forgery());
    let expect = "expect: 100-continue";
    let (short, over) = (content_length(1000), content_length(BODY_LIMIT + 1));
    let too_old = || rejected(401, "Webhook timestamp too old");
    for example in EXAMPLES {
        let mut server = Server::start(example).await;
        for (name, lines, expected) in [
            ("expect", vec![expect, &short], missing()),
            ("expect", vec![expect, &short, &stale], too_old()),
            ("expect, chunked", vec![expect, CHUNKED], missing()),
            (
                "expect, too long",
                vec![expect, &over, &forged],
                too_large(),
            ),
            ("too long", vec![&over], missing()),
            ("too long", vec![&over, &stale], too_old()),
            ("too long", vec![&over, &forged], too_large()),
        ] {
            // Drained, and answered when no data has arrived for two seconds.
            let mut drained = Raw::connect(server.address).await;
            drained.send(head(&[&short])).await;
            let mut connection = Raw::connect(server.address).await;
            connection.send(head(&lines)).await;
            // No status 100 comes before it.
            tokio::select! {
                biased;
                answer = connection.answer() => assert_eq!(answer, expected, "{example}, {name}"),
                _ = drained.answer() => panic!("{example}, {name}: drained"),
            }
        }
        // Whose header is right is asked for the body.
        let body = genuine_event();
        let mut connection = Raw::connect(server.address).await;
        let genuine = signed(&signature(&body));
        connection
            .send(head(&[expect, &genuine, &content_length(body.len())]))
            .await;
        assert_eq!(connection.answer().await.0, 100, "{example}");
        connection.send(body).await;
        assert_eq!(connection.answer().await, received(), "{example}");
        server.has_handled(GENUINE).await;
        drop(connection);
        server.ends_well().await;
    }
}

#[tokio::test]
async fn silence_ends_the_drain() {
    for example in EXAMPLES {
        let server = Server::start(example).await;
        let http2 = Http2::connect(server.address).await;
        for sent in ["", "x"] {
            let mut connection = Raw::connect(server.address).await;
            connection.send(head(&[&content_length(1000)]) + sent).await;
            let (feed, body) = fed();
            feed.send(data(sent)).unwrap();
            let answer = http2.start(post(&[], body));
            assert_eq!(connection.answer().await, missing(), "{example}");
            let answer = within_reason(answer).await.unwrap();
            assert_eq!(answer.unwrap(), missing(), "{example}, HTTP/2");
        }
        drop(http2);
        server.ends_well().await;
    }
}

/// The endpoint with a short body timeout.
async fn start(timeout: Duration) -> SocketAddr {
    let layer = LoopsSignatureLayer::new(Secret::new(SECRET).unwrap()).with_body_timeout(timeout);
    let receive = routing::post(async || "received").route_layer(layer);
    let app = Router::new().route(PATH, receive);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve::<_, _>(listener, app, Limits::default()));
    address
}

#[tokio::test]
async fn the_body_timeout_ends_the_drain_of_what_never_ends() {
    let address = start(Duration::from_millis(500)).await;
    let mut http1 = Raw::connect(address).await;
    http1.send(head(&[CHUNKED])).await;
    let mut ticks = interval(Duration::from_millis(5));
    let dripping = async {
        loop {
            ticks.tick().await;
            // What cannot be sent any more is noticed by reading.
            let _ = http1.outgoing.write_all(b"1\r\nx\r\n").await;
        }
    };
    tokio::select! {
        answer = http1.incoming.next() => assert_eq!(answer, Some(missing())),
        () = dripping => {}
    }

    let http2 = Http2::connect(address).await;
    for (frame, count) in [("x", 1), ("", 1), ("", 256)] {
        let (feed, body) = fed();
        let answer = http2.start(post(&[], body));
        let mut ticks = interval(Duration::from_millis(10));
        let sending = async {
            loop {
                ticks.tick().await;
                for _ in 0..count {
                    let _ = feed.send(data(frame));
                }
            }
        };
        tokio::select! {
            answer = within_reason(answer) => match answer.unwrap() {
                Ok(answer) => assert_eq!(answer, missing(), "{frame:?}"),
                // So many empty frames make h2 close the connection.
                Err(error) => assert_eq!(count, 256, "{error}"),
            },
            () = sending => {}
        }
        // The client has been told to stop.
        within_reason(feed.closed()).await;
    }
}
