//! Deliveries as server-sent events: those so far, then each one as it is shown.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};

use super::responses::PageBody;
use crate::listen::Journal;

/// It ends if the browser falls behind: it connects again then, and gets them all.
pub(super) fn events(journal: &Journal) -> PageBody {
    let (so_far, live) = journal.watch();
    let live = stream::unfold(live, |mut live| async {
        let json = live.recv().await.ok()?;
        Some((json, live))
    });
    let frames = stream::iter(so_far).chain(live).map(|json| {
        let event = format!("data: {json}\n\n");
        Ok::<_, Infallible>(Frame::data(Bytes::from(event)))
    });
    BodyExt::boxed(StreamBody::new(frames))
}
