//! The received body: one frame as it arrived, or several in one growing buffer.

use bytes::{Buf, Bytes};

/// Keeps up to `limit` bytes. A body in one frame is kept without a copy.
pub(super) struct BodyBuffer {
    frames: Frames,
    limit: usize,
}

enum Frames {
    None,
    One(Bytes),
    Several(Vec<u8>),
    /// The body is longer than the limit. No byte is kept.
    TooLarge,
}

impl BodyBuffer {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            frames: Frames::None,
            limit,
        }
    }

    /// Appends a frame and returns it as it is kept. Beyond the limit, nothing is kept or returned.
    pub(super) fn push(&mut self, mut frame: impl Buf) -> &[u8] {
        let (start, added) = (self.as_slice().len(), frame.remaining());
        if added > self.limit - start || self.is_too_large() {
            self.frames = Frames::TooLarge;
            return &[];
        }
        if added == 0 {
            return &[];
        }
        let bytes = match std::mem::replace(&mut self.frames, Frames::None) {
            Frames::None | Frames::TooLarge => {
                self.frames = Frames::One(frame.copy_to_bytes(added));
                return self.as_slice();
            }
            Frames::One(first) => join(Vec::new(), first, self.limit),
            Frames::Several(bytes) => bytes,
        };
        self.frames = Frames::Several(join(bytes, frame, self.limit));
        &self.as_slice()[start..]
    }

    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    pub(super) fn is_too_large(&self) -> bool {
        matches!(self.frames, Frames::TooLarge)
    }

    /// The whole body, which leaves the buffer empty.
    pub(super) fn take(&mut self) -> Bytes {
        match std::mem::replace(&mut self.frames, Frames::None) {
            Frames::None | Frames::TooLarge => Bytes::new(),
            Frames::One(frame) => frame,
            Frames::Several(bytes) => bytes.into(),
        }
    }

    fn as_slice(&self) -> &[u8] {
        match &self.frames {
            Frames::None | Frames::TooLarge => &[],
            Frames::One(frame) => frame,
            Frames::Several(bytes) => bytes,
        }
    }
}

/// Appends a frame. The capacity doubles, but never exceeds the limit.
fn join(mut bytes: Vec<u8>, mut frame: impl Buf, limit: usize) -> Vec<u8> {
    let needed = bytes.len() + frame.remaining();
    if needed > bytes.capacity() {
        let doubled = bytes.capacity().saturating_mul(2).min(limit);
        bytes.reserve_exact(doubled.max(needed) - bytes.len());
    }
    while frame.has_remaining() {
        let chunk = frame.chunk();
        let length = chunk.len();
        bytes.extend_from_slice(chunk);
        frame.advance(length);
    }
    bytes
}
