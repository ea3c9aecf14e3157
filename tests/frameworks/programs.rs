//! The examples that come to an end: `idempotent`, `quickstart` and `send_event`.

use std::time::SystemTime;

use axum::{Router, body::Bytes, routing::post};
use http::{HeaderMap, StatusCode, Uri, header::CONTENT_TYPE};
use testkit::child::{VARIABLE, example};
use tokio::{process::Command, sync::mpsc};
use tower_loops::{EventType, SIGNATURE_HEADER, VerifiedEvent, Verifier};

use crate::support::{SECRET, secret, wire};

/// The exit code of an example, and what it wrote to stdout and stderr.
async fn run(name: &str, secret: Option<&str>, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(example(name));
    command.env_remove(VARIABLE).args(arguments);
    command.envs(secret.map(|secret| (VARIABLE, secret)));
    let output = command.output().await.unwrap();
    let [stdout, stderr] = [output.stdout, output.stderr].map(|it| String::from_utf8(it).unwrap());
    (output.status.code().unwrap(), stdout, stderr)
}

#[tokio::test]
async fn idempotent_handles_one_of_64_deliveries() {
    let (code, stdout, stderr) = run("idempotent", None, &[]).await;
    assert_eq!((code, &*stderr), (0, ""), "{stdout}");
    // How many come while it runs and how many after is up to the machine.
    let counts = ["handler", "409 while it ran", "200 as duplicates"].map(|what| {
        let line = stdout.lines().find(|line| line.ends_with(what));
        let count = line.and_then(|line| line.split_whitespace().next());
        count.unwrap_or_default().parse::<u32>().expect(what)
    });
    assert_eq!((counts[0], counts.iter().sum()), (1, 64), "{stdout}");
}

#[tokio::test]
async fn quickstart_passes_every_check_but_without_the_layers() {
    let (code, stdout, stderr) = run("quickstart", None, &[]).await;
    assert_eq!((code, &*stderr), (0, ""), "{stdout}");
    let summary = stdout.lines().last().unwrap_or_default();
    assert!(summary.contains(" 0 failed, 0 skipped, "), "{summary}");

    let (code, stdout, _) = run("quickstart", None, &["unprotected"]).await;
    let forgery = " ✗ an event signed with another secret\n";
    assert!(code == 1 && stdout.contains(forgery), "{code}, {stdout}");

    let (code, _, stderr) = run("quickstart", None, &["--nonsense"]).await;
    assert!(code == 2 && stderr.contains("Usage: "), "{code}, {stderr}");
}

/// Responds with the status in the query of the URL, and text that would control a terminal.
#[tokio::test]
async fn send_event_posts_a_signed_sample_with_an_id_of_its_own() {
    let (sender, mut received) = mpsc::unbounded_channel::<VerifiedEvent>();
    let hook = async move |uri: Uri, headers: HeaderMap, body: Bytes| {
        assert_eq!(headers[CONTENT_TYPE], "application/json");
        let header = headers[SIGNATURE_HEADER].as_bytes();
        let verifier = Verifier::new(secret(SECRET));
        let event = verifier.verify(header, body, SystemTime::now()).unwrap();
        sender.send(event).unwrap();
        let status: u16 = uri.query().unwrap().parse().unwrap();
        (StatusCode::from_u16(status).unwrap(), "ok\x1b[m")
    };
    let (listener, address) = wire::listen().await;
    let app = Router::new().route("/hook", post(hook));
    tokio::spawn(axum::serve(listener, app).into_future());
    let mut ids = Vec::new();
    for (event_type, status, expected) in [
        (Some("charge.refunded"), "204", 0),
        (None, "200", 0),
        (None, "503", 1),
    ] {
        let url = format!("http://{address}/hook?{status}");
        let arguments: Vec<&str> = [&*url].into_iter().chain(event_type).collect();
        let (code, stdout, stderr) = run("send_event", Some(SECRET), &arguments).await;
        assert_eq!(code, expected, "{stdout}{stderr}");
        let event = received.recv().await.unwrap();
        let event_type = EventType::from(event_type.unwrap_or("charge.succeeded"));
        assert_eq!(event.event_type(), &event_type);
        assert!(
            stdout.contains(event.id()) && stdout.contains(status),
            "{stdout}"
        );
        assert!(!stdout.contains('\x1b'), "{stdout}");
        assert!(!ids.contains(&event.id().to_owned()), "{ids:?}");
        ids.push(event.id().to_owned());
    }
}

#[tokio::test]
async fn what_send_event_cannot_send_is_an_error() {
    let url = "http://127.0.0.1:1/hook";
    let cases: [(Option<&str>, &[&str], &str); 5] = [
        (Some(SECRET), &[], "usage: "),
        (Some(SECRET), &[url, "charge.succeeded", "more"], "usage: "),
        (Some(SECRET), &["no URL"], "invalid"),
        (Some(SECRET), &[url], "Connection refused"),
        (None, &[url], "LOOPS_WEBHOOK_SECRET is not set"),
    ];
    for (secret, arguments, part) in cases {
        let (code, stdout, stderr) = run("send_event", secret, arguments).await;
        assert_eq!(code, 2, "{arguments:?}: {stdout}");
        assert!(stderr.starts_with("error: "), "{stderr}");
        assert!(stderr.contains(part), "{arguments:?}: {stderr}");
    }
}
