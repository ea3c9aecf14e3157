//! `listen --record` loses nothing that it acknowledged.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::support::{
    endpoint::{Answer, Endpoint},
    listening::Listening,
    process::{SECRET, run, tower_loops},
    raw::{deliver, request},
};

const EVENT: &[u8] = br#"{"id":"evt_1","type":"charge.succeeded"}"#;

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    files
}

#[test]
fn each_delivery_is_a_file_that_people_can_read() {
    let parent = tempfile::tempdir().expect("a folder");
    let folder = parent.path().join("new/folder");
    let listening = Listening::start(&["--record", folder.to_str().expect("UTF-8")]);
    let bodies: [&[u8]; 3] = [
        br#"{"id":"../../evt_1","type":"charge.succeeded"}"#,
        b"\xff\0 not text",
        "{\"naïve\":1}\r\n".as_bytes(),
    ];
    for body in bodies {
        deliver(&listening.url, body);
        assert!(listening.next()["file"].is_string());
    }
    request(
        &listening.url,
        "POST",
        "/",
        "authorization: Basic x\r\n",
        EVENT,
    );

    let files = files(&folder);
    assert_eq!(files.len(), 4, "{files:?}");
    let texts: Vec<String> = (files.iter())
        .map(|file| fs::read_to_string(file).expect("text"))
        .collect();
    let json: Vec<Value> = (texts.iter())
        .map(|text| serde_json::from_str(text).expect("JSON"))
        .collect();
    assert_eq!(
        json[0]["body"],
        r#"{"id":"../../evt_1","type":"charge.succeeded"}"#
    );
    assert_eq!(json[0]["outcome"], "verified");
    assert_eq!(json[1]["body"]["base64"], "/wAgbm90IHRleHQ=");
    assert_eq!(json[2]["body"], "{\"naïve\":1}\r\n");
    assert_eq!(json[3]["outcome"], "missing_signature");
    assert!(!texts.concat().contains(SECRET));
    assert!(!texts.concat().contains("authorization"));
    assert!(
        texts[0].contains("\n    \"x-loops-signature: t="),
        "{}",
        texts[0]
    );

    // They verify again, whenever that is.
    let endpoint = Endpoint::start(&[Answer::Status("200 OK")]);
    let ran = run(tower_loops(["replay", "--to", &endpoint.url]).arg(&folder));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for (received, body) in endpoint.received().iter().zip(bodies) {
        assert_eq!(received.body, body);
    }
    endpoint.received()[0].verify(SECRET).expect("genuine");
}

#[test]
fn what_was_answered_before_ctrl_c_is_recorded() {
    let folder = tempfile::tempdir().expect("a folder");
    let listening = Listening::start(&["--record", folder.path().to_str().expect("UTF-8")]);
    let url = listening.url.clone();
    let clients: Vec<_> = (0..4)
        .map(|_| {
            let url = url.clone();
            std::thread::spawn(move || (0..10).for_each(|_| drop(deliver(&url, EVENT))))
        })
        .collect();
    clients
        .into_iter()
        .for_each(|client| client.join().expect("sent"));
    let ended = listening.end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(files(folder.path()).len(), 40);
    assert_eq!(ended.lines.last().expect("a summary")["received"], 40);
}

#[test]
fn a_folder_that_cannot_be_written_is_an_error_at_once() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let ran = run(tower_loops(["listen", "127.0.0.1:0", "--record"]).arg(file.path()));
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("cannot record into"), "{ran:?}");
}

#[test]
fn a_delivery_that_cannot_be_recorded_is_not_acknowledged() {
    let parent = tempfile::tempdir().expect("a folder");
    let folder = parent.path().join("recorded");
    let listening = Listening::start(&["--record", folder.to_str().expect("UTF-8")]);
    deliver(&listening.url, EVENT);
    fs::remove_dir_all(&folder).expect("removed");
    let answer = deliver(&listening.url, EVENT);
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    let ended = listening.ended();
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    let stderr = ended
        .stderr
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert!(
        stderr.contains("give another folder to --record"),
        "{stderr}"
    );
    assert_eq!(ended.lines.last().expect("a summary")["received"], 1);
}
