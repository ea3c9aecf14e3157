//! What `listen` does with more than it can hold: of a body, of deliveries, of the disk.

use std::{fs, process::Command, thread};

use crate::support::{
    listening::Listening,
    process::{SECRET, tower_loops},
    raw::{deliver, request, signature},
};

const EVENT: &[u8] = br#"{"id":"evt_1","type":"charge.succeeded"}"#;

#[test]
fn a_body_over_sixteen_mebibytes_is_rejected_and_the_next_one_received() {
    let listening = Listening::start(&[]);
    for length in [16 << 20, (16 << 20) + 1] {
        let answer = deliver(&listening.url, &vec![b' '; length]);
        assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
        let shown = listening.next();
        assert_eq!(shown["reason"], "body_too_large");
        let kept = if length == 16 << 20 { length } else { 0 };
        assert_eq!(
            shown["bytes"], kept,
            "nothing is kept of what is over the limit"
        );
    }
    deliver(&listening.url, EVENT);
    assert_eq!(listening.next()["outcome"], "verified");
}

/// Each takes a second to explain, so that they queue up.
#[test]
fn a_flood_of_forgeries_is_answered_and_not_explained() {
    const FLOOD: usize = 64;
    let listening = Listening::start(&[]);
    let forged = signature("another", b"");
    let body = vec![b'x'; 100_000];
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..FLOOD / 8 {
                    let headers = format!("x-loops-signature: {forged}\r\n");
                    let answer = request(&listening.url, "POST", "/", &headers, &body);
                    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
                }
            });
        }
    });
    let answer = deliver(&listening.url, EVENT);
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");

    let causes = |shown: &serde_json::Value| shown["causes"].as_array().map_or(0, Vec::len);
    assert_eq!(causes(&listening.next()), 1, "the first one is explained");
    let mut shown = 1;
    while causes(&listening.next()) > 0 {
        shown += 1;
        assert!(shown < FLOOD, "each of them is explained");
    }
    let ended = listening.end();
    let summary = ended.lines.last().expect("a summary");
    assert_eq!(summary["received"], FLOOD + 1);
    assert_eq!(summary["verified"], 1);
}

/// A limit of the size of files stands for a full disk: each fails the write.
#[cfg(unix)]
#[test]
fn a_full_disk_ends_it_and_loses_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().expect("a folder");
    let limited = tower_loops(["listen", "127.0.0.1:0", "--json"]);
    let mut command = Command::new("sh");
    command
        .args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\""])
        .arg(limited.get_program())
        .args(limited.get_args())
        .env("LOOPS_WEBHOOK_SECRET", SECRET);
    let path = folder.path().to_str().expect("UTF-8");
    let listening = Listening::start_command(&mut command, &["--record", path]);
    let answer = deliver(&listening.url, EVENT);
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let answer = deliver(&listening.url, &[b' '; 20_000]);
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");

    let ended = listening.ended();
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    let stderr: Vec<&str> = ended.stderr.split_whitespace().collect();
    let stderr = stderr.join(" ");
    for part in ["cannot record into the folder", "free space there"] {
        assert!(stderr.contains(part), "{part:?} in {stderr}");
    }
    let files = fs::read_dir(folder.path()).expect("a folder");
    let names: Vec<_> = files
        .map(|file| file.expect("a file").file_name())
        .collect();
    assert_eq!(names.len(), 1, "{names:?}");
    let recorded = fs::read_to_string(folder.path().join(&names[0])).expect("text");
    assert!(recorded.contains("evt_1"), "{recorded}");
}
