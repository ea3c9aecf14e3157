//! Servers behind a real nginx with its defaults. It answers 502 in place of a server that responds before it has read the
//! body, and takes that server out of service for all clients.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    net::SocketAddr,
    time::{Duration, SystemTime},
};

use axum::{Router, routing::post};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpSocket,
    time::{Instant, interval, timeout},
};
use tower_loops::{LoopsSignatureLayer, Secret, Signer, VerifiedEvent};

use crate::nginx::Nginx;

mod nginx;

const RECEIVED: (u16, &str) = (200, "received");
const MISSING: (u16, &str) = (400, r#"{"error":"Missing signature"}"#);
const INVALID: (u16, &str) = (401, r#"{"error":"Invalid signature"}"#);
const TOO_OLD: (u16, &str) = (401, r#"{"error":"Webhook timestamp too old"}"#);
const TOO_LARGE: (u16, &str) = (413, r#"{"error":"Payload too large"}"#);

fn layer() -> LoopsSignatureLayer {
    LoopsSignatureLayer::new(Secret::new("whsec_right").unwrap())
}

async fn serve(layer: LoopsSignatureLayer) -> SocketAddr {
    let receive = post(async |_: VerifiedEvent| "received");
    let app = Router::new().route("/webhook", receive.route_layer(layer));
    let socket = TcpSocket::new_v4().unwrap();
    // Loopback buffers would hold all of a body that a real network holds a part of.
    socket.set_recv_buffer_size(32 * 1024).unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(128).unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(axum::serve(listener, app).into_future());
    address
}

/// An event of this many bytes.
fn event(length: usize) -> String {
    let start = r#"{"id":"evt_1","type":"charge.succeeded","pad":""#;
    let pad = "x".repeat(length - start.len() - 2);
    format!("{start}{pad}\"}}")
}

fn signature(secret: &str, body: &str, at: SystemTime) -> String {
    let signer = Signer::new(Secret::new(secret).unwrap());
    let value = signer.sign(body.as_bytes(), at);
    format!("x-loops-signature: {}\r\n", value.to_str().unwrap())
}

/// Status and body of what nginx answers.
async fn send(nginx: &Nginx, signature: &str, body: &str) -> (u16, String) {
    let length = body.len();
    let head = format!(
        "POST /webhook HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{signature}content-length: {length}\r\n\r\n"
    );
    let exchange = async {
        let mut stream = nginx.connect().await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(body.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    };
    let answer = timeout(Duration::from_secs(30), exchange).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap();
    (status.parse().unwrap(), body.to_owned())
}

/// Sends each of these ten times, with bodies of each of these lengths, and expects the server's answer every time.
async fn all_arrive(layer: LoopsSignatureLayer, lengths: [usize; 3], expected: [(u16, &str); 3]) {
    let nginx = Nginx::start(&[serve(layer).await]).await;
    for length in lengths {
        let body = event(length);
        let now = SystemTime::now();
        let signatures = [
            String::new(),
            signature("whsec_right", &body, now - Duration::from_secs(900)),
            signature("whsec_of_an_attacker", &body, now),
        ];
        for (signature, (status, text)) in signatures.iter().zip(expected) {
            for _ in 0..10 {
                let answer = send(&nginx, signature, &body).await;
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

/// What became of genuine deliveries, and of an attacker's two unsigned bodies of 900 kB a second beside them.
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
    while Instant::now() < end {
        tokio::select! {
            _ = attacks.tick() => {
                let (status, _) = send(&nginx, "", &attack).await;
                answered.rejections += 1;
                answered.rejections_lost += usize::from(status != MISSING.0);
            }
            _ = deliveries.tick() => {
                let signature = signature("whsec_right", &genuine, SystemTime::now());
                let (status, _) = send(&nginx, &signature, &genuine).await;
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
    assert!(
        answered.genuine > 20 && answered.rejections > 2,
        "{answered:?}"
    );
}

/// What these tests see without the drain. Which answers are lost is a race between nginx's reading and writing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_drain_answers_are_lost() {
    let nginx = Nginx::start(&[serve(layer().with_drain(false)).await]).await;
    let body = event(900_000);
    for attempt in 1..=500 {
        let (status, _) = send(&nginx, "", &body).await;
        if status == 502 {
            println!("the first lost answer is number {attempt}");
            return;
        }
    }
    panic!("all answers arrived");
}
