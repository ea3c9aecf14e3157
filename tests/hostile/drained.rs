//! The drain on a real connection: at once where the client waits or has declared too much, else
//! until two seconds without data, or until the body timeout. `endless` tests its bound in bytes.

use std::{net::SocketAddr, time::Duration};

use axum::{Router, routing};
use tokio::{io::AsyncWriteExt, net::TcpListener, time::interval};
use tower_loops::{LoopsSignatureLayer, Secret};

use crate::support::{
    ATTACK, BODY_LIMIT, CHUNKED, EXAMPLES, GENUINE, PATH, Raw, SECRET, channel, content_length,
    data, forgery, genuine_event, head,
    http2::{Http2, post},
    missing, received,
    serve::{Limits, serve},
    server::Server,
    signature, signature_line, stale, too_large, too_old, within_reason,
};

#[tokio::test]
async fn a_client_that_waits_for_the_answer_does_not_wait_for_the_drain() {
    let old = signature_line(&stale(ATTACK));
    let forged = signature_line(&forgery());
    let expect = "expect: 100-continue";
    let (short, over) = (content_length(1000), content_length(BODY_LIMIT + 1));
    for example in EXAMPLES {
        let mut server = Server::start(example).await;
        for (name, lines, expected) in [
            ("expect", vec![expect, &short], missing()),
            ("expect", vec![expect, &short, &old], too_old()),
            ("expect, chunked", vec![expect, CHUNKED], missing()),
            (
                "expect, too long",
                vec![expect, &over, &forged],
                too_large(),
            ),
            ("too long", vec![&over], missing()),
            ("too long", vec![&over, &old], too_old()),
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
        // The server asks for the body of a client whose header is right.
        let body = genuine_event();
        let mut connection = Raw::connect(server.address).await;
        let genuine = signature_line(&signature(&body));
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
            let (feed, body) = channel();
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
            // Reading shows what cannot be sent any more.
            let _ = http1.outgoing.write_all(b"1\r\nx\r\n").await;
        }
    };
    tokio::select! {
        answer = http1.incoming.next() => assert_eq!(answer, Some(missing())),
        () = dripping => {}
    }

    let http2 = Http2::connect(address).await;
    for (frame, count) in [("x", 1), ("", 1), ("", 256)] {
        let (feed, body) = channel();
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
