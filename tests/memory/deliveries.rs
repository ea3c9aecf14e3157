//! Deliveries of all kinds, each in a future on the heap, as servers poll them.

use std::{convert::Infallible, time::SystemTime};

use bytes::Bytes;
use http::Response;
use http_body_util::Full;
use testkit::{
    body::{channel, data},
    delivery::{EVENT, with_header},
    poll::poll_once,
};
use tower::{Layer, Service, service_fn};
use tower_loops::{LoopsSignatureLayer, Secret, Signer};

/// Genuine and forged ones, in one frame and in many, read to their end and dropped midway.
pub(crate) fn run(layer: &LoopsSignatureLayer, signer: &Signer) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let _entered = runtime.enter();
    let attacker = Signer::new(Secret::new("whsec_other").unwrap());
    for round in 0..64 {
        for signer in [signer, &attacker] {
            for size in [EVENT.len(), 7] {
                deliver(layer, signer, size, round % 2 == 0);
            }
        }
    }
}

fn deliver(layer: &LoopsSignatureLayer, signer: &Signer, frame_size: usize, to_its_end: bool) {
    let (sender, body) = channel();
    let request = with_header(signer.sign(EVENT.as_bytes(), SystemTime::now()), body);
    let inner = service_fn(async |_| Ok::<_, Infallible>(Response::new(Full::<Bytes>::default())));
    let mut response = Box::pin(layer.layer(inner).call(request));
    for frame in EVENT.as_bytes().chunks(frame_size) {
        sender.send(data(frame)).unwrap();
        assert!(poll_once(response.as_mut()).is_pending());
    }
    drop(sender);
    if to_its_end {
        assert!(poll_once(response.as_mut()).is_ready());
    }
}
