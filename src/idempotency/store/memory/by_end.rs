//! Which entries end when: chains of those that end at about the same time.

use std::collections::BTreeMap;

use super::slots::{Chain, Ends, NONE, Slots};

/// An entry that never ends.
pub(super) const NEVER: u64 = u64::MAX;

/// 2^27 nanoseconds are 134 ms. An entry counts as absent from its end on, to the nanosecond: this
/// only decides when its memory is freed.
const SPAN_BITS: u32 = 27;

#[derive(Default)]
pub(super) struct ByEnd {
    spans: BTreeMap<u64, Ends>,
}

impl ByEnd {
    pub(super) fn insert(&mut self, slots: &mut Slots, slot: u32) {
        let end = slots.get(slot).end;
        if end != NEVER {
            let ends = self.spans.entry(end >> SPAN_BITS).or_insert(Ends::EMPTY);
            slots.append(slot, Chain::End, ends);
        }
    }

    pub(super) fn remove(&mut self, slots: &mut Slots, slot: u32) {
        let end = slots.get(slot).end;
        if end == NEVER {
            return;
        }
        if !slots.is_at_an_end(slot, Chain::End) {
            slots.unlink(slot, Chain::End, &mut Ends::EMPTY.clone());
        } else if let Some(ends) = self.spans.get_mut(&(end >> SPAN_BITS)) {
            slots.unlink(slot, Chain::End, ends);
            if ends.first == NONE {
                self.spans.remove(&(end >> SPAN_BITS));
            }
        }
    }

    /// An entry of a span that is over.
    pub(super) fn in_the_past(&self, now: u64) -> Option<u32> {
        let (span, ends) = self.spans.first_key_value()?;
        (*span < now >> SPAN_BITS).then_some(ends.first)
    }

    /// The entries of the present span that have ended. To be asked when no span is over.
    pub(super) fn in_the_present<'a>(
        &'a self,
        slots: &'a Slots,
        now: u64,
    ) -> impl Iterator<Item = u32> + 'a {
        let ends = self.spans.get(&(now >> SPAN_BITS));
        let mut slot = ends.map_or(NONE, |ends| ends.first);
        std::iter::from_fn(move || {
            let this = slot;
            (this != NONE).then(|| {
                slot = slots.next(this, Chain::End);
                this
            })
        })
        .filter(move |slot| slots.get(*slot).end <= now)
    }
}
