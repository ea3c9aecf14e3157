//! Deliveries of all kinds, each in a future on the heap, where servers keep and poll them.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll, Waker},
    time::SystemTime,
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame};
use http_body_util::Full;
use tokio::sync::mpsc;
use tower::{Layer, Service, service_fn};
use tower_loops::{LoopsSignatureLayer, SIGNATURE_HEADER, Secret, Signer};

const EVENT: &[u8] = br#"{"id":"evt_1","type":"charge.succeeded"}"#;

/// Genuine and forged ones, in one frame and in many, read to their end and dropped midway.
pub(crate) fn run(layer: &LoopsSignatureLayer, signer: &Signer) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let _entered = runtime.enter();
    let forger = Signer::new(Secret::new("whsec_other").unwrap());
    for round in 0..64 {
        for signer in [signer, &forger] {
            for size in [EVENT.len(), 7] {
                deliver(layer, signer, size, round % 2 == 0);
            }
        }
    }
}

fn deliver(layer: &LoopsSignatureLayer, signer: &Signer, frame_size: usize, to_its_end: bool) {
    let (sender, body) = mpsc::unbounded_channel();
    let mut request = Request::new(Channel(body));
    let signature = signer.sign(EVENT, SystemTime::now());
    request.headers_mut().insert(SIGNATURE_HEADER, signature);
    let inner = service_fn(async |_: Request<Full<Bytes>>| {
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
    });
    let mut response = Box::pin(layer.layer(inner).call(request));
    let mut poll = || {
        response
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
    };
    for frame in EVENT.chunks(frame_size) {
        sender.send(Bytes::copy_from_slice(frame)).unwrap();
        assert!(poll().is_pending());
    }
    drop(sender);
    if to_its_end {
        assert!(poll().is_ready());
    }
}

struct Channel(mpsc::UnboundedReceiver<Bytes>);

impl Body for Channel {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0
            .poll_recv(cx)
            .map(|data| data.map(|data| Ok(Frame::data(data))))
    }
}
