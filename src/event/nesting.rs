//! Which JSON containers are open, at a bit each.

#[derive(Clone, Copy)]
pub(super) enum Container {
    Object,
    Array,
}

/// The containers that are open, a bit each: the innermost 64 in place, the others on the heap.
#[derive(Default)]
pub(super) struct Nesting {
    depth: usize,
    innermost: u64,
    outer: Vec<u64>,
}

impl Nesting {
    pub(super) fn push(&mut self, container: Container) {
        if self.depth > 0 && self.depth.is_multiple_of(64) {
            self.outer.push(self.innermost);
        }
        self.innermost = self.innermost << 1 | u64::from(matches!(container, Container::Object));
        self.depth += 1;
    }

    pub(super) fn last(&self) -> Option<Container> {
        match (self.depth, self.innermost & 1) {
            (0, _) => None,
            (_, 0) => Some(Container::Array),
            _ => Some(Container::Object),
        }
    }

    pub(super) fn pop(&mut self) {
        self.depth -= 1;
        self.innermost >>= 1;
        if self.depth.is_multiple_of(64) {
            self.innermost = self.outer.pop().unwrap_or_default();
        }
    }
}
