//! Connections that send nothing, or never the end of a head. `examples/support/serve.rs` closes
//! them, here with short limits.

use std::{convert::Infallible, io::ErrorKind, net::SocketAddr, time::Duration};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::{interval, sleep},
};
use tower::service_fn;

use crate::support::{
    EXAMPLES, Raw, Reply,
    http2::{Http2, post},
    pieces,
    serve::{Limits, serve},
    server::{Server, affordable},
    within_reason,
};

const SHORT: Duration = Duration::from_millis(200);
const LONG: Duration = Duration::from_secs(600);

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const SETTINGS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];
/// One byte of a header block, without `END_HEADERS`.
const HEADERS: &[u8] = &[0, 0, 1, 1, 0, 0, 0, 0, 1, 0x82];
const CONTINUATION: &[u8] = &[0, 0, 1, 9, 0, 0, 0, 0, 1, 0x82];
const PING: &[u8] = &[0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];
const REQUEST: &[u8] = b"GET /now HTTP/1.1\r\nhost: localhost\r\n\r\n";

/// What a client sends at first, and then again and again.
fn shapes() -> Vec<(&'static str, Vec<u8>, &'static [u8])> {
    let http2 = |frames: &[&[u8]]| [&[PREFACE, SETTINGS], frames].concat().concat();
    vec![
        ("nothing", Vec::new(), b""),
        ("a lone P", b"P".to_vec(), b""),
        ("half a preface", PREFACE[..9].to_vec(), b""),
        ("a preface", PREFACE.to_vec(), b""),
        ("a preface and settings", http2(&[]), b""),
        ("a preface, then pings", http2(&[]), PING),
        ("headers without an end", http2(&[HEADERS]), b""),
        ("headers that drip", http2(&[HEADERS]), CONTINUATION),
        ("half a request line", REQUEST[..9].to_vec(), b""),
        ("half a head", REQUEST[..30].to_vec(), b""),
        ("a head that drips", REQUEST[..30].to_vec(), b"x"),
        ("lines that drip", REQUEST[..19].to_vec(), b"x: y\r\n"),
        ("an idle connection", REQUEST.to_vec(), b""),
        (
            "half a second head",
            [REQUEST, &REQUEST[..30]].concat(),
            b"x",
        ),
    ]
}

/// `idle` also limits the first head.
fn limits(idle: Duration, lifetime: Duration, grace: Duration) -> Limits {
    Limits {
        first_head: idle,
        idle,
        lifetime,
        grace,
        ..Limits::default()
    }
}

/// Responds at once, but on `/slow` after four idle timeouts, and on `/never` never.
async fn start(limits: Limits) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = service_fn(|request: Request<Incoming>| async move {
        match request.uri().path() {
            "/slow" => sleep(4 * SHORT).await,
            "/never" => std::future::pending().await,
            _ => {}
        }
        Ok::<_, Infallible>(Response::new(Full::new(Bytes::from("served"))))
    });
    tokio::spawn(serve(listener, service, limits));
    address
}

fn served() -> Reply {
    (200, "served".to_owned())
}

fn head(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n")
}

async fn is_served(connection: &mut Raw) {
    connection.send(REQUEST).await;
    assert_eq!(connection.answer().await, served());
}

/// Plays a shape until the server disconnects.
async fn is_closed(address: SocketAddr, start: &[u8], again: &[u8]) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // On a busy machine it is already closed.
    let _ = stream.write_all(start).await;
    let (mut read, mut write) = stream.split();
    let mut ticks = interval(SHORT / 10);
    let mut buffer = [0; 1024];
    loop {
        tokio::select! {
            got = read.read(&mut buffer) => match got {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
                    break;
                }
            },
            _ = ticks.tick() => {
                // A failed write shows in the next read.
                let _ = write.write_all(again).await;
            }
        }
    }
}

#[tokio::test]
async fn connections_without_a_request_are_closed() {
    let address = start(limits(SHORT, LONG, SHORT)).await;
    let mut clients = JoinSet::new();
    for (name, start, again) in shapes() {
        clients.spawn(async move {
            let closed = is_closed(address, &start, again);
            let closed = tokio::time::timeout(LONG / 5, closed).await;
            assert!(closed.is_ok(), "{name}");
        });
    }
    clients.join_all().await;

    // Longer than a machine that is busy takes to send a request.
    let limits = Limits {
        first_head: LONG,
        ..limits(10 * SHORT, LONG, SHORT)
    };
    let http2 = Http2::connect(start(limits).await).await;
    assert_eq!(http2.send(post(None, pieces("", 1))).await, served());
    within_reason(http2.closed()).await;
}

#[tokio::test]
async fn a_request_in_progress_keeps_its_connection() {
    let address = start(limits(SHORT, LONG, Duration::ZERO)).await;
    let mut connection = Raw::connect_with(address, head("/slow"));
    assert_eq!(connection.rest().await, [served()]);
}

#[tokio::test]
async fn a_lifetime_ends_after_the_request_in_progress_or_its_grace() {
    for (grace, path, expected) in [(LONG, "/slow", vec![served()]), (SHORT, "/never", vec![])] {
        let address = start(limits(LONG, SHORT, grace)).await;
        let mut connection = Raw::connect_with(address, head(path));
        assert_eq!(connection.rest().await, expected);
    }
}

#[tokio::test]
async fn one_connection_too_many_closes_the_one_that_was_idle_longest() {
    let limits = Limits {
        connections: 3,
        ..limits(LONG, LONG, LONG)
    };
    let address = start(limits).await;
    let mut busy = Raw::connect(address).await;
    busy.send(head("/slow")).await;
    let mut oldest = Raw::connect(address).await;
    let mut kept = Raw::connect(address).await;
    // It is idle only from now on.
    is_served(&mut kept).await;

    let mut newest = Raw::connect(address).await;
    is_served(&mut newest).await;
    assert_eq!(oldest.rest().await, []);
    is_served(&mut kept).await;

    // Connections with a request are served, however many arrive, and so is the one in progress.
    for _ in 0..20 {
        is_served(&mut Raw::connect(address).await).await;
    }
    assert_eq!(busy.answer().await, served());
}

#[tokio::test]
async fn an_example_out_of_file_descriptors_still_serves() {
    let count = affordable(300);
    for example in EXAMPLES {
        let mut server = Server::start_with_files(example, count - 44).await;
        let mut silent = Vec::new();
        for (_, start, _) in shapes().iter().cycle().take(count) {
            let mut stream = TcpStream::connect(server.address).await.unwrap();
            stream.write_all(start).await.unwrap();
            silent.push(stream);
        }
        let newest = TcpStream::connect(server.address).await.unwrap();
        for _ in 0..20 {
            server.delivers().await;
        }
        // It did not close all of them.
        let read = newest.try_read(&mut [0]);
        assert_eq!(read.unwrap_err().kind(), ErrorKind::WouldBlock, "{example}");
        drop((silent, newest));
        server.ends_well().await;
    }
}
