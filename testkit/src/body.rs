//! Request bodies whose frames a test chooses.

use std::{
    collections::VecDeque,
    convert::Infallible,
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
use http_body_util::Full;
use tokio::sync::mpsc;
use tower_loops::BoxError;

/// A body in one frame.
pub fn full(bytes: impl Into<Bytes>) -> Full<Bytes> {
    Full::new(bytes.into())
}

/// The result of one poll.
#[derive(Debug)]
pub enum Step {
    Data(Bytes),
    Trailers(HeaderMap),
    Fail(BoxError),
    /// Pending, at this poll and every later one.
    Never,
}

impl<T: Into<Bytes>> From<T> for Step {
    fn from(data: T) -> Self {
        Self::Data(data.into())
    }
}

/// A body with one step for each poll, then `None`.
#[derive(Debug)]
pub struct ScriptedBody {
    steps: VecDeque<Step>,
    polls: Arc<AtomicUsize>,
    size: (u64, Option<u64>),
    is_end_stream: bool,
}

impl ScriptedBody {
    /// By default its size hint knows nothing and it never reports its end.
    pub fn new(steps: impl IntoIterator<Item = impl Into<Step>>) -> Self {
        Self {
            steps: steps.into_iter().map(Into::into).collect(),
            polls: Arc::default(),
            size: (0, None),
            is_end_stream: false,
        }
    }

    /// Sets the size hint, true or not.
    pub fn saying_size(mut self, lower: u64, upper: Option<u64>) -> Self {
        self.size = (lower, upper);
        self
    }

    /// Sets `is_end_stream`, true or not.
    pub fn saying_end(mut self, is_end_stream: bool) -> Self {
        self.is_end_stream = is_end_stream;
        self
    }

    pub fn watch(&self) -> Watch {
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
        Poll::Ready(match self.steps.pop_front() {
            None => None,
            Some(Step::Data(data)) => Some(Ok(Frame::data(data))),
            Some(Step::Trailers(trailers)) => Some(Ok(Frame::trailers(trailers))),
            Some(Step::Fail(error)) => Some(Err(error)),
            Some(Step::Never) => {
                self.steps.push_front(Step::Never);
                return Poll::Pending;
            }
        })
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

/// An observer of a [`ScriptedBody`].
pub struct Watch(Arc<AtomicUsize>);

impl Watch {
    pub fn polls(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    pub fn is_dropped(&self) -> bool {
        Arc::strong_count(&self.0) == 1
    }
}

/// A body with the frames of a channel. It ends when the sender is dropped.
#[derive(Debug)]
pub struct ChannelBody(mpsc::UnboundedReceiver<Frame<Bytes>>);

pub fn channel() -> (mpsc::UnboundedSender<Frame<Bytes>>, ChannelBody) {
    let (sender, receiver) = mpsc::unbounded_channel();
    (sender, ChannelBody(receiver))
}

pub fn data(bytes: impl AsRef<[u8]>) -> Frame<Bytes> {
    Frame::data(Bytes::copy_from_slice(bytes.as_ref()))
}

/// A body in frames of this size.
pub fn pieces(body: &str, size: usize) -> ChannelBody {
    let (sender, pieces) = channel();
    for piece in body.as_bytes().chunks(size) {
        sender.send(data(piece)).expect("the receiver is here");
    }
    pieces
}

impl Body for ChannelBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(cx).map(|frame| frame.map(Ok))
    }
}
