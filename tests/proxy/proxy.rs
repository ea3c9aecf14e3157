//! Servers behind a real nginx with its defaults. It responds 502 in place of a server that
//! responds before it has read the body, and takes that server out of service for all clients.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    net::SocketAddr,
    time::{Duration, SystemTime},
};

use axum::{Router, http::HeaderValue, routing::post};
use testkit::{
    delivery::{PATH, SECRET, event_of, forge, secret, sign_at},
    poll::within_reason,
    raw::{Reply, content_length, head, read_response, signature_line},
    response::{INVALID, MISSING, Seen, TOO_LARGE},
};
use tokio::{
    io::{AsyncWriteExt, BufReader},
    net::TcpSocket,
    time::{Instant, interval},
};
use tower_loops::{LoopsSignatureLayer, VerifiedEvent};

use crate::nginx::Nginx;

mod nginx;

const TOO_OLD: Seen = (401, r#"{"error":"Webhook timestamp too old"}"#);

fn layer() -> LoopsSignatureLayer {
    LoopsSignatureLayer::new(secret(SECRET))
}

async fn serve(layer: LoopsSignatureLayer) -> SocketAddr {
    let receive = post(async |_: VerifiedEvent| "received");
    let app = Router::new().route(PATH, receive.route_layer(layer));
    let socket = TcpSocket::new_v4().unwrap();
    // Loopback buffers would hold all of a body that a real network holds a part of.
    socket.set_recv_buffer_size(32 * 1024).unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(128).unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(axum::serve(listener, app).into_future());
    address
}

fn event(length: usize) -> String {
    event_of("charge.succeeded", length)
}

fn line(signature: &HeaderValue) -> String {
    signature_line(signature.to_str().unwrap())
}

/// The response of nginx to a body with these header lines.
async fn send(nginx: &Nginx, lines: &[&str], body: &str) -> Reply {
    let length = content_length(body.len());
    let head = head(&[lines, &["connection: close", &length]].concat());
    let exchange = async {
        let mut stream = BufReader::new(nginx.connect().await.unwrap());
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(body.as_bytes()).await.unwrap();
        read_response(&mut stream).await.unwrap()
    };
    within_reason(exchange).await
}

/// Sends each rejected request ten times with a body of each length.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rejections_arrive_also_of_bodies_over_a_lower_limit() {
    let lower = layer().with_max_body_size(128 * 1024);
    for (layer, smallest, of_forged) in [
        (layer(), 128_000, INVALID),
        (lower, 128 * 1024 + 1, TOO_LARGE),
    ] {
        let nginx = Nginx::start(&[serve(layer).await]).await;
        for length in [smallest, 512_000, 900_000] {
            let body = event(length);
            let now = SystemTime::now();
            let old = line(&sign_at(&body, now - Duration::from_secs(900)));
            let forged = line(&forge(&body, now));
            let rows: [(&[&str], Seen); 3] =
                [(&[], MISSING), (&[&old], TOO_OLD), (&[&forged], of_forged)];
            for (lines, (status, text)) in rows {
                for _ in 0..10 {
                    let answer = send(&nginx, lines, &body).await;
                    let expected = (status, text.to_owned());
                    assert_eq!(answer, expected, "{length} bytes: {}", nginx.errors());
                }
            }
        }
    }
}

/// Two unsigned bodies of 900 kB a second, and genuine deliveries beside them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attacker_takes_no_server_out_of_service() {
    let servers = [serve(layer()).await, serve(layer()).await];
    let nginx = Nginx::start(&servers).await;
    let (attack, genuine) = (event(900_000), event(200));
    let mut attacks = interval(Duration::from_millis(500));
    let mut deliveries = interval(Duration::from_millis(50));
    let end = Instant::now() + Duration::from_secs(6);
    let (mut rejected, mut accepted) = (Vec::new(), Vec::new());
    // However busy the machine is, there are enough of both.
    while Instant::now() < end || accepted.len() <= 20 || rejected.len() <= 2 {
        tokio::select! {
            _ = attacks.tick() => rejected.push(send(&nginx, &[], &attack).await.0),
            _ = deliveries.tick() => {
                let signed = line(&sign_at(&genuine, SystemTime::now()));
                accepted.push(send(&nginx, &[&signed], &genuine).await.0);
            }
        }
    }
    assert!(rejected.iter().all(|status| *status == 400), "{rejected:?}");
    assert!(accepted.iter().all(|status| *status == 200), "{accepted:?}");
}

/// The control. Which responses are lost is a race between reading and writing in nginx.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_drain_responses_are_lost() {
    let nginx = Nginx::start(&[serve(layer().with_drain(false)).await]).await;
    let body = event(900_000);
    for attempt in 1..=500 {
        let (status, _) = send(&nginx, &[], &body).await;
        if status == 502 {
            println!("the first lost response is number {attempt}");
            return;
        }
    }
    panic!("all responses arrived");
}
