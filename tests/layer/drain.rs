//! A rejected body is drained, then responded to: within bounds of bytes and time, and nothing of it is kept.

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
};

use bytes::Bytes;
use http::{HeaderValue, Version, header::EXPECT};
use tower::Service;
use tower_loops::LoopsSignatureLayer;

use crate::{
    scripted_body::{ChannelBody, ScriptedBody, Step},
    support::{EVENT, layer, poll_once, recording, send, sign, signed, unsigned, with_header},
};

const MIB: usize = 1024 * 1024;

fn kib(count: usize) -> impl Iterator<Item = Bytes> {
    std::iter::repeat_n(Bytes::from_static(&[b'x'; 1024]), count)
}

/// The text of the rejection, and the bytes read before it. The body has 3 MiB and declares no length.
async fn read_of_three_mebibytes(
    layer: &LoopsSignatureLayer,
    signature: Option<HeaderValue>,
) -> (String, usize) {
    let body = ScriptedBody::new(kib(3 * 1024));
    let watch = body.watch();
    let request = match signature {
        Some(signature) => with_header(signature, body),
        None => unsigned(body),
    };
    let (service, recorder) = recording(layer);
    let answer = send(service, request).await;
    assert_eq!(recorder.calls(), 0);
    (answer.verdict(), watch.polls() * 1024)
}

#[tokio::test]
async fn a_drain_is_bounded_in_bytes() {
    let limited = |bytes| layer().with_max_body_size(bytes);
    let valid = || Some(sign(""));
    #[rustfmt::skip]
    let rows = [
        ("by the header: one mebibyte", layer(), None, "Missing signature", MIB),
        ("or the limit, if it is larger", limited(2 * MIB), None, "Missing signature", 2 * MIB),
        ("or more, if it is smaller", limited(1024), None, "Missing signature", MIB),
        ("beyond the limit: as much again", layer(), valid(), "Payload too large", 2 * MIB + 1024),
        ("also where that is little", limited(4096), valid(), "Payload too large", 2 * 4096 + 1024),
        ("without a drain: nothing", layer().with_drain(false), None, "Missing signature", 0),
        ("or up to the limit", layer().with_drain(false), valid(), "Payload too large", MIB + 1024),
    ];
    for (name, layer, signature, verdict, bytes) in rows {
        let read = read_of_three_mebibytes(&layer, signature).await;
        assert_eq!(read, (verdict.to_owned(), bytes), "{name}");
    }
}

#[tokio::test]
async fn every_rejection_before_the_end_of_the_body_drains_it() {
    let line = |text: &str| HeaderValue::from_str(text).expect("a header value");
    let mut twice = with_header(sign(EVENT), ());
    twice.headers_mut().append("x-loops-signature", sign(EVENT));
    let mut declared = with_header(sign(EVENT), ());
    declared.headers_mut().insert("content-length", MIB.into());
    let rows = [
        ("Missing signature", unsigned(())),
        ("Ambiguous signature", twice),
        ("Malformed signature", with_header(line("t=1"), ())),
        (
            "Webhook timestamp too old",
            with_header(line("t=1,v1=0"), ()),
        ),
        (
            "Invalid signature",
            with_header(line("t=1700000000,v1=0"), ()),
        ),
        ("Payload too large", declared),
    ];
    let layer = layer().with_max_body_size(MIB - 1);
    for (verdict, request) in rows {
        for end in [Step::Data(Bytes::new()), Step::Fail("reset".into())] {
            let steps = kib(100).map(Step::Data).chain([end]);
            let body = ScriptedBody::new(steps);
            let watch = body.watch();
            let request = request.clone().map(|()| body);
            let answer = send(recording(&layer).0, request).await;
            assert_eq!(answer.verdict(), verdict);
            assert!(watch.polls() > 100, "{verdict}: {}", watch.polls());
            assert!(watch.is_dropped(), "{verdict}");
        }
    }
}

#[tokio::test]
async fn some_rejections_are_responded_to_at_once() {
    let expecting = |version| {
        let mut request = unsigned(());
        *request.version_mut() = version;
        let value = HeaderValue::from_static("100-Continue");
        request.headers_mut().insert(EXPECT, value);
        request
    };
    let declared = |length: usize| {
        let mut request = with_header(sign(EVENT), ());
        request
            .headers_mut()
            .insert("content-length", length.into());
        request
    };
    let small = || layer().with_max_body_size(9);
    let rows = [
        (
            "a client that waits",
            layer(),
            expecting(Version::HTTP_11),
            true,
        ),
        (
            "HTTP/2 does not wait",
            layer(),
            expecting(Version::HTTP_2),
            false,
        ),
        ("a length over the bound", small(), declared(MIB + 1), true),
        ("the bound itself", small(), declared(MIB), false),
        ("no drain", small().with_drain(false), declared(MIB), true),
    ];
    for (name, layer, request, is_at_once) in rows {
        let body = ScriptedBody::new(kib(2));
        let watch = body.watch();
        let answer = send(recording(&layer).0, request.map(|()| body)).await;
        assert!(answer.status().is_client_error(), "{name}");
        assert_eq!(watch.polls() == 0, is_at_once, "{name}");
    }
    let ended = ScriptedBody::new([EVENT]).saying_end(true);
    let watch = ended.watch();
    send(recording(&layer()).0, unsigned(ended)).await;
    assert_eq!(watch.polls(), 0, "a body at its end");
}

#[tokio::test]
async fn endless_empty_frames_end_and_let_other_tasks_run() {
    let body = ScriptedBody::new(std::iter::repeat_n(Bytes::new(), 2 * MIB));
    let watch = body.watch();
    let (mut service, _) = recording(&layer());
    {
        let mut future = pin!(service.call(unsigned(body)));
        assert!(poll_once(future.as_mut()).is_pending());
        assert!(watch.polls() < 1000, "in one poll: {}", watch.polls());
        while poll_once(future.as_mut()).is_pending() {}
    }
    assert_eq!(watch.polls(), MIB);
}

/// Counts the frames that are still held.
struct Frame(Arc<AtomicUsize>);

impl AsRef<[u8]> for Frame {
    fn as_ref(&self) -> &[u8] {
        &[b'x'; 1024]
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[test]
fn a_drain_holds_no_data_and_no_inner_service() {
    for (name, request) in [("by the header", unsigned(())), ("413", signed("", ()))] {
        let held = Arc::new(AtomicUsize::new(0));
        let (sender, body) = ChannelBody::new();
        let (mut service, recorder) = recording(&layer().with_max_body_size(2048));
        let clones = recorder.clones();
        let mut future = pin!(service.call(request.map(|()| body)));
        for _ in 0..3 {
            held.fetch_add(1, Ordering::SeqCst);
            let frame = Bytes::from_owner(Frame(Arc::clone(&held)));
            sender.send(frame).expect("the body is wanted");
            assert!(poll_once(future.as_mut()).is_pending(), "{name}");
        }
        assert_eq!(held.load(Ordering::SeqCst), 0, "{name}: frames held");
        assert_eq!(
            recorder.clones(),
            clones,
            "{name}: clones of the inner service"
        );
        drop(sender);
        let Poll::Ready(Ok(response)) = poll_once(future.as_mut()) else {
            panic!("{name}: no response");
        };
        assert!(response.status().is_client_error(), "{name}");
    }
}
