//! The stack of open JSON containers, at a bit each.

#[derive(Clone, Copy)]
pub(super) enum Container {
    Object,
    Array,
}

/// The open containers, a bit each: the innermost 63 or fewer in one word, after a sentinel bit
/// that marks their number; the others on the heap.
pub(super) struct Nesting {
    innermost: u64,
    outer: Vec<u64>,
}

const NONE: u64 = 1;

impl Default for Nesting {
    fn default() -> Self {
        Self {
            innermost: NONE,
            outer: Vec::new(),
        }
    }
}

impl Nesting {
    #[inline(always)]
    pub(super) fn push(&mut self, container: Container) {
        if self.innermost.leading_zeros() == 0 {
            self.outer.push(self.innermost);
            self.innermost = NONE;
        }
        self.innermost = self.innermost << 1 | u64::from(matches!(container, Container::Object));
    }

    #[inline(always)]
    pub(super) fn last(&self) -> Option<Container> {
        match (self.innermost, self.innermost & 1) {
            (NONE, _) => None,
            (_, 0) => Some(Container::Array),
            _ => Some(Container::Object),
        }
    }

    #[inline(always)]
    pub(super) fn pop(&mut self) {
        self.innermost >>= 1;
        if self.innermost == NONE {
            self.innermost = self.outer.pop().unwrap_or(NONE);
        }
    }
}
