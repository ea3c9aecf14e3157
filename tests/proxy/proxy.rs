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

const RECEIVED: Seen = (200, "received");
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

/// Sends each rejected request ten times with a body of each length. Each gets the response of the
/// server.
async fn all_arrive(layer: LoopsSignatureLayer, lengths: [usize; 3], expected: [Seen; 3]) {
    let nginx = Nginx::start(&[serve(layer).await]).await;
    for length in lengths {
        let body = event(length);
        let now = SystemTime::now();
        let old = line(&sign_at(&body, now - Duration::from_secs(900)));
        let forged = line(&forge(&body, now));
        let requests: [&[&str]; 3] = [&[], &[&old], &[&forged]];
        for (lines, (status, text)) in requests.into_iter().zip(expected) {
            for _ in 0..10 {
                let answer = send(&nginx, lines, &body).await;
                let expected = (status, text.to_owned());
                assert_eq!(answer, expected, "{length} bytes: {}", nginx.errors());
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rejections_arrive() {
    let lengths = [128_000, 512_000, 900_000];
    all_arrive(layer(), lengths, [MISSING, TOO_OLD, INVALID]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rejections_of_bodies_over_a_lower_limit_arrive() {
    let layer = layer().with_max_body_size(128 * 1024);
    let lengths = [128 * 1024 + 1, 512_000, 900_000];
    all_arrive(layer, lengths, [MISSING, TOO_OLD, TOO_LARGE]).await;
}

/// The responses to genuine deliveries, while two unsigned bodies of 900 kB arrive each second.
#[derive(Debug, Default)]
struct Answered {
    genuine: usize,
    genuine_lost: usize,
    rejections: usize,
    rejections_lost: usize,
}

async fn attacked(layer: LoopsSignatureLayer) -> Answered {
    let servers = [serve(layer.clone()).await, serve(layer).await];
    let nginx = Nginx::start(&servers).await;
    let attack = event(900_000);
    let genuine = event(200);
    let mut attacks = interval(Duration::from_millis(500));
    let mut deliveries = interval(Duration::from_millis(50));
    let end = Instant::now() + Duration::from_secs(6);
    let mut answered = Answered::default();
    // However busy the machine is, there are enough of both.
    while Instant::now() < end || answered.genuine <= 20 || answered.rejections <= 2 {
        tokio::select! {
            _ = attacks.tick() => {
                let (status, _) = send(&nginx, &[], &attack).await;
                answered.rejections += 1;
                answered.rejections_lost += usize::from(status != MISSING.0);
            }
            _ = deliveries.tick() => {
                let signed = line(&sign_at(&genuine, SystemTime::now()));
                let (status, _) = send(&nginx, &[&signed], &genuine).await;
                answered.genuine += 1;
                answered.genuine_lost += usize::from(status != RECEIVED.0);
            }
        }
    }
    println!("{answered:?}");
    answered
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attacker_takes_no_server_out_of_service() {
    let answered = attacked(layer()).await;
    assert_eq!(answered.genuine_lost, 0, "{answered:?}");
    assert_eq!(answered.rejections_lost, 0, "{answered:?}");
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
