//! Each cell of the table: the result of an operation, and the state after it.

use std::time::Duration;

use super::leases::{claims, fresh_key};
use crate::idempotency::{Claim, Completion, EventKey, EventStore, Retention, Token};
use crate::store::suite::{LONG, SHORT, answered, eventually};

const KEPT: Retention = Retention::For(LONG);

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Absent,
    Mine,
    Others,
    Done,
}

/// A key with two claimants: `mine`, and another.
struct Cell<'a, St> {
    store: &'a St,
    key: EventKey,
    mine: Token,
    others: Token,
}

impl<'a, St: EventStore> Cell<'a, St> {
    async fn in_state(store: &'a St, state: State) -> Self {
        let cell = Self {
            store,
            key: fresh_key(),
            mine: Token::random(),
            others: Token::random(),
        };
        let holder = match state {
            State::Absent => return cell,
            State::Mine => cell.mine,
            State::Others | State::Done => cell.others,
        };
        let claim = answered(store.claim(&cell.key, holder, LONG).await);
        assert_eq!(claim, Claim::Claimed, "claim of what is absent");
        if state == State::Done {
            let completion = answered(store.complete(&cell.key, holder, KEPT).await);
            assert_eq!(completion, Completion::Held, "complete of what is held");
        }
        cell
    }

    /// Its state. To look at an absent key claims it, so that comes last.
    async fn state(&self) -> State {
        if answered(self.store.extend(&self.key, self.mine, LONG).await) {
            return State::Mine;
        }
        if answered(self.store.extend(&self.key, self.others, LONG).await) {
            return State::Others;
        }
        match answered(self.store.claim(&self.key, Token::random(), LONG).await) {
            Claim::Claimed => State::Absent,
            Claim::Done => State::Done,
            other => panic!("the key is not held, and a claim returns {other:?}"),
        }
    }
}

pub(super) async fn each_cell<St: EventStore>(store: &St) {
    use State::{Absent, Done, Mine, Others};

    for (before, after) in [(Absent, Mine), (Mine, Mine), (Others, Others), (Done, Done)] {
        let cell = Cell::in_state(store, before).await;
        let claim = answered(store.claim(&cell.key, cell.mine, LONG).await);
        match (before, claim) {
            (Absent | Mine, Claim::Claimed) | (Done, Claim::Done) => {}
            (Others, Claim::InFlight { retry_after }) => assert!(
                retry_after <= LONG && retry_after > LONG / 2,
                "claim of what another has just claimed for {LONG:?}: retry after {retry_after:?}"
            ),
            _ => panic!("claim, {before:?}: {claim:?}"),
        }
        assert_eq!(cell.state().await, after, "after claim, {before:?}");
    }

    for before in [Absent, Mine, Others, Done] {
        let cell = Cell::in_state(store, before).await;
        let extended = answered(store.extend(&cell.key, cell.mine, LONG).await);
        assert_eq!(extended, before == Mine, "extend, {before:?}");
        assert_eq!(cell.state().await, before, "after extend, {before:?}");

        for retention in [KEPT, Retention::For(Duration::MAX), Retention::Forever] {
            let cell = Cell::in_state(store, before).await;
            let completion = answered(store.complete(&cell.key, cell.mine, retention).await);
            let case = format!("complete, {before:?}, {retention:?}: {completion:?}");
            assert_eq!(completion == Completion::Held, before == Mine, "{case}");
            assert_eq!(cell.state().await, Done, "after {case}");
        }

        let cell = Cell::in_state(store, before).await;
        let released = answered(store.release(&cell.key, cell.mine).await);
        assert_eq!(released, before == Mine, "release, {before:?}");
        let after = if before == Mine { Absent } else { before };
        assert_eq!(cell.state().await, after, "after release, {before:?}");
    }
}

/// Waits until an event can be claimed.
async fn ends<St: EventStore>(what: &str, store: &St, key: &EventKey) {
    let what = format!("a claim after the end of {what}");
    eventually(&what, || claims(store, key, LONG)).await;
}

/// Asserts that a claim has ended: of the keys to extend, to release and to complete.
async fn assert_lost<St: EventStore>(store: &St, keys: [&EventKey; 3], token: Token, case: &str) {
    let [extended, released, completed] = keys;
    let is_mine = answered(store.extend(extended, token, LONG).await);
    assert!(!is_mine, "extend {case}");
    let is_mine = answered(store.release(released, token).await);
    assert!(!is_mine, "release {case}");
    let completion = answered(store.complete(completed, token, KEPT).await);
    assert_eq!(completion, Completion::LeaseLost, "complete {case}");
    let claim = answered(store.claim(completed, Token::random(), LONG).await);
    assert_eq!(claim, Claim::Done, "a late success is kept, {case}");
}

pub(super) async fn time_ends_what_is_held_and_done<St: EventStore>(store: &St) {
    let (taken, mine) = (fresh_key(), Token::random());
    answered(store.claim(&taken, mine, SHORT).await);
    ends("a lease", store, &taken).await;
    assert_lost(store, [&taken; 3], mine, "by who was taken over from").await;

    // Even if no other has taken it over. A fourth key shows when a lease has expired.
    let keys = [(); 4].map(|()| fresh_key());
    for key in &keys {
        answered(store.claim(key, mine, SHORT).await);
    }
    let [extended, released, completed, witness] = &keys;
    ends("a lease", store, witness).await;
    let expired = [extended, released, completed];
    assert_lost(store, expired, mine, "after the end of the lease").await;

    let extended = Cell::in_state(store, State::Mine).await;
    answered(store.extend(&extended.key, extended.mine, SHORT).await);
    ends("an extension", store, &extended.key).await;
    let again = Cell::in_state(store, State::Mine).await;
    answered(store.claim(&again.key, again.mine, SHORT).await);
    ends("a lease that was claimed again", store, &again.key).await;
    let done = Cell::in_state(store, State::Done).await;
    let brief = store.complete(&done.key, done.mine, Retention::For(SHORT));
    answered(brief.await);
    ends("a retention", store, &done.key).await;

    let claim = store
        .claim(&fresh_key(), mine, Duration::from_nanos(1))
        .await;
    assert_eq!(answered(claim), Claim::Claimed, "claim for a nanosecond");
    let longest = Cell::in_state(store, State::Absent).await;
    let claim = store.claim(&longest.key, longest.mine, Duration::MAX);
    assert_eq!(answered(claim.await), Claim::Claimed, "claim forever");
    let extended = store.extend(&longest.key, longest.mine, Duration::MAX);
    assert!(answered(extended.await), "extend forever");
    assert_eq!(longest.state().await, State::Mine, "after a claim forever");
}
