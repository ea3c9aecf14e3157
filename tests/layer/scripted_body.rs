//! Bodies that do as they are told, and tell what was done to them.

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use tokio::sync::mpsc;
use tower_loops::BoxError;

/// One answer to a poll.
pub(crate) enum Step {
    Data(Bytes),
    Trailers(HeaderMap),
    Fail(BoxError),
    /// Nothing more, and no end.
    #[cfg_attr(not(feature = "tokio"), allow(dead_code))]
    Never,
}

impl From<&'static str> for Step {
    fn from(text: &'static str) -> Self {
        Self::Data(Bytes::from_static(text.as_bytes()))
    }
}

impl From<Bytes> for Step {
    fn from(data: Bytes) -> Self {
        Self::Data(data)
    }
}

/// Gives one step for each poll, then `None`. What it says of its length and end is whatever it was told to say.
pub(crate) struct ScriptedBody {
    steps: VecDeque<Step>,
    polls: Arc<AtomicUsize>,
    size: (u64, Option<u64>),
    is_end_stream: bool,
}

impl ScriptedBody {
    /// By default its size hint knows nothing and it never says that it is at its end.
    pub(crate) fn new(steps: impl IntoIterator<Item = impl Into<Step>>) -> Self {
        Self {
            steps: steps.into_iter().map(Into::into).collect(),
            polls: Arc::default(),
            size: (0, None),
            is_end_stream: false,
        }
    }

    pub(crate) fn saying_size(mut self, lower: u64, upper: Option<u64>) -> Self {
        self.size = (lower, upper);
        self
    }

    pub(crate) fn saying_end(mut self, is_end_stream: bool) -> Self {
        self.is_end_stream = is_end_stream;
        self
    }

    pub(crate) fn watch(&self) -> Watch {
        Watch(Arc::clone(&self.polls))
    }
}

impl Body for ScriptedBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.polls.fetch_add(1, Ordering::SeqCst);
        let frame = match self.steps.pop_front() {
            None => return Poll::Ready(None),
            Some(Step::Data(data)) => Ok(Frame::data(data)),
            Some(Step::Trailers(trailers)) => Ok(Frame::trailers(trailers)),
            Some(Step::Fail(error)) => Err(error),
            Some(Step::Never) => {
                self.steps.push_front(Step::Never);
                return Poll::Pending;
            }
        };
        Poll::Ready(Some(frame))
    }

    fn is_end_stream(&self) -> bool {
        self.is_end_stream
    }

    fn size_hint(&self) -> SizeHint {
        let (lower, upper) = self.size;
        let mut hint = SizeHint::new();
        hint.set_lower(lower);
        if let Some(upper) = upper {
            hint.set_upper(upper);
        }
        hint
    }
}

/// Sees what becomes of a [`ScriptedBody`].
pub(crate) struct Watch(Arc<AtomicUsize>);

impl Watch {
    pub(crate) fn polls(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    pub(crate) fn is_dropped(&self) -> bool {
        Arc::strong_count(&self.0) == 1
    }
}

/// A body whose frames come from elsewhere, when they come. It ends when the sender is dropped.
pub(crate) struct ChannelBody(mpsc::UnboundedReceiver<Bytes>);

impl ChannelBody {
    pub(crate) fn new() -> (mpsc::UnboundedSender<Bytes>, Self) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (sender, Self(receiver))
    }
}

impl Body for ChannelBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.0
            .poll_recv(cx)
            .map(|data| data.map(|data| Ok(Frame::data(data))))
    }
}
