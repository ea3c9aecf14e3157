//! Receivers at a URL.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, SystemTime},
};

use axum::{
    Router,
    extract::Request,
    middleware::{Next, from_fn},
    response::IntoResponse,
};
use http::{HeaderValue, StatusCode, header::CONTENT_LENGTH};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpSocket,
    time::Instant,
};
use tower::ServiceBuilder;
use tower_loops::{
    Verifier,
    idempotency::{IdempotencyLayer, MemoryStore},
};
use tower_loops_check::{CheckResult, Concern, RunError, Suite, Target, Verdict};

use crate::receiver::{Effects, secret, signature};

fn target(address: SocketAddr) -> Target {
    let url = format!("http://{address}/api/webhooks/loops?of=mine");
    Target::http(url.parse().expect("a URL")).expect("a target")
}

async fn serve(app: Router) -> Target {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a port");
    let target = target(listener.local_addr().expect("it is bound"));
    tokio::spawn(axum::serve(listener, app).into_future());
    target
}

/// The results, and the checks that fail.
async fn run(suite: Suite, target: &Target) -> (Vec<CheckResult>, Vec<&'static str>) {
    let mut results = Vec::new();
    let run = suite.run_at(target, |result| results.push(result));
    let summary = run.await.expect("it runs");
    let failed = |result: &&CheckResult| result.verdict == Verdict::Fail;
    let failed: Vec<_> = results.iter().filter(failed).map(|it| it.check).collect();
    assert_eq!(summary.failed, failed.len());
    (results, failed)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_right_passes_whole() {
    let effects = Effects::default();
    let receiver = ServiceBuilder::new()
        .layer(signature())
        .layer(IdempotencyLayer::new(MemoryStore::new()))
        .service(effects.handler(|_| StatusCode::OK));
    let target = serve(Router::new().fallback_service(receiver)).await;
    let (results, _) = run(effects.suite(), &target).await;
    let has_passed = |result: &CheckResult| result.verdict == Verdict::Pass;
    assert!(results.iter().all(has_passed), "{results:#?}");
}

/// A server that answers one connection after the other, and ends after this many.
fn serve_one_by_one(connections: usize) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("it is bound");
    thread::spawn(move || {
        let verifier = Verifier::new(secret());
        for connection in listener.incoming().take(connections) {
            // A client that disconnects is not an error of the server.
            let _ = connection.and_then(|connection| answer(&connection, &verifier));
        }
    });
    address
}

fn answer(mut connection: &TcpStream, verifier: &Verifier) -> std::io::Result<()> {
    let mut reader = BufReader::new(connection);
    let (mut signature, mut length) = (String::new(), 0);
    loop {
        let mut line = Vec::new();
        reader.read_until(b'\n', &mut line)?;
        let line = String::from_utf8_lossy(&line);
        match line.trim_end().split_once(": ") {
            None if line.trim().is_empty() => break,
            Some(("X-Loops-Signature", value)) => signature = value.to_owned(),
            Some(("Content-Length", value)) => length = value.parse().unwrap_or(usize::MAX),
            _ => {}
        }
    }
    if length > 1 << 20 {
        return Ok(());
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let verified = verifier.verify(signature.as_bytes(), body.into(), SystemTime::now());
    let status = if verified.is_ok() {
        "200 OK"
    } else {
        "400 Bad Request"
    };
    let response = format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    connection.write_all(response.as_bytes())
}

#[tokio::test]
async fn a_server_that_waits_for_one_sender_alone_fails_the_slow_body() {
    let target = target(serve_one_by_one(usize::MAX));
    let suite = Suite::new(secret())
        .only(Concern::Limits)
        .only(Concern::Answers)
        .with_timeout(Duration::from_secs(5));
    assert_eq!(run(suite, &target).await.1, ["slow-body"]);
}

#[tokio::test]
async fn a_server_that_ends_fails_once_and_the_rest_is_skipped() {
    // The first delivery, a forgery, and one check.
    let target = target(serve_one_by_one(3));
    let suite = Suite::new(secret()).only(Concern::Timestamp);
    let (results, failed) = run(suite.only(Concern::Payload), &target).await;
    let is_skipped = |result: &&CheckResult| result.verdict == Verdict::Skipped;
    let skipped = results.iter().filter(is_skipped).count();
    assert_eq!((failed.len(), skipped), (1, results.len() - 1));
}

/// Nothing before its headers of garbage is sent with a better header.
#[tokio::test]
async fn a_server_that_ended_before_the_garbage_does_not_live_on() {
    let target = target(serve_one_by_one(3));
    let suite = Suite::new(secret()).only(Concern::Signature);
    let (_, failed) = run(suite.only(Concern::Header), &target).await;
    assert_eq!(failed, ["other-types", "malformed"]);
}

/// As a server does that catches the failure of an allocation.
#[tokio::test(flavor = "multi_thread")]
async fn a_declared_terabyte_that_fails_the_server_fails_the_limits() {
    let effects = Effects::default();
    let receiver = ServiceBuilder::new()
        .layer(signature())
        .service(effects.handler(|_| StatusCode::OK));
    let allocating = from_fn(async |request: Request, next: Next| {
        let length = request.headers().get(CONTENT_LENGTH);
        match length.map(HeaderValue::len) {
            Some(10..) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            _ => next.run(request).await,
        }
    });
    let app = Router::new().fallback_service(receiver).layer(allocating);
    let suite = Suite::new(secret()).only(Concern::Limits);
    let (_, failed) = run(suite, &serve(app).await).await;
    assert_eq!(failed, ["declared-terabyte"]);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_an_error() {
    // No other program can take the port of a socket that does not listen.
    let socket = TcpSocket::new_v4().expect("a socket");
    let any = "127.0.0.1:0".parse().expect("an address");
    socket.bind(any).expect("a port");
    let target = target(socket.local_addr().expect("it is bound"));
    let error = Suite::new(secret()).run_at(&target, |_| {}).await;
    assert!(matches!(error, Err(RunError::Unreachable(_))), "{error:?}");
}

/// A server with a short backlog would drop some of them.
#[tokio::test(start_paused = true)]
async fn connections_are_made_one_after_the_other() {
    let connected = Arc::new(Mutex::new(Vec::new()));
    let note = Arc::clone(&connected);
    let connect = move || {
        note.lock().expect("no panic").push(Instant::now());
        let (near, mut far) = tokio::io::duplex(1 << 16);
        tokio::spawn(async move {
            let mut head = [0; 4096];
            let read = far.read(&mut head).await?;
            assert!(read > 0, "a request");
            far.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                .await
        });
        async { Ok(near) }
    };
    let url = "http://localhost/hook".parse().expect("a URL");
    let target = Target::new(url, connect).expect("a target");
    let suite = Suite::new(secret()).only(Concern::Duplicates);
    suite.run_at(&target, |_| {}).await.expect("it runs");
    let connected = connected.lock().expect("no panic");
    assert!(connected.len() > 128);
    let apart = |pair: &[Instant]| pair[1] - pair[0] >= Duration::from_millis(1);
    assert!(connected.windows(2).all(apart));
}
