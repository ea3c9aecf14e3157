//! Each cell of the table: the result of an operation, and the state after it.

use std::time::Duration;

use super::leases::{LONG, SHORT, claims, fresh_key};
use crate::idempotency::{Claim, Completion, EventKey, EventStore, Retention, Token};
use crate::store::suite::{answered, eventually};

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

    for (before, answer) in [
        (Absent, false),
        (Mine, true),
        (Others, false),
        (Done, false),
    ] {
        let cell = Cell::in_state(store, before).await;
        let extended = answered(store.extend(&cell.key, cell.mine, LONG).await);
        assert_eq!(extended, answer, "extend, {before:?}");
        assert_eq!(cell.state().await, before, "after extend, {before:?}");
    }

    for (before, answer) in [
        (Absent, Completion::LeaseLost),
        (Mine, Completion::Held),
        (Others, Completion::LeaseLost),
        (Done, Completion::LeaseLost),
    ] {
        for retention in [KEPT, Retention::For(Duration::MAX), Retention::Forever] {
            let cell = Cell::in_state(store, before).await;
            let completion = answered(store.complete(&cell.key, cell.mine, retention).await);
            assert_eq!(completion, answer, "complete, {before:?}, {retention:?}");
            assert_eq!(cell.state().await, Done, "after complete, {before:?}");
        }
    }

    for (before, answer, after) in [
        (Absent, false, Absent),
        (Mine, true, Absent),
        (Others, false, Others),
        (Done, false, Done),
    ] {
        let cell = Cell::in_state(store, before).await;
        let released = answered(store.release(&cell.key, cell.mine).await);
        assert_eq!(released, answer, "release, {before:?}");
        assert_eq!(cell.state().await, after, "after release, {before:?}");
    }
}

/// An expired lease is not a claim, even if no other delivery has taken it over. A fourth key shows
/// when it has expired.
async fn an_expired_lease_is_not_mine<St: EventStore>(store: &St) {
    let [extended, released, completed, witness] = [(); 4].map(|()| fresh_key());
    let mine = Token::random();
    for key in [&extended, &released, &completed, &witness] {
        answered(store.claim(key, mine, SHORT).await);
    }
    eventually("a claim after the end of a lease", || {
        claims(store, &witness, LONG)
    })
    .await;
    let is_mine = answered(store.extend(&extended, mine, LONG).await);
    assert!(!is_mine, "extend after the end of the lease");
    let is_mine = answered(store.release(&released, mine).await);
    assert!(!is_mine, "release after the end of the lease");
    let completion = answered(store.complete(&completed, mine, KEPT).await);
    let expected = Completion::LeaseLost;
    assert_eq!(completion, expected, "complete after the end of the lease");
}

pub(super) async fn time_ends_what_is_held_and_done<St: EventStore>(store: &St) {
    let held = Cell::in_state(store, State::Absent).await;
    answered(store.claim(&held.key, held.mine, SHORT).await);
    eventually("a claim after the end of a lease", || {
        claims(store, &held.key, LONG)
    })
    .await;
    let extended = answered(store.extend(&held.key, held.mine, LONG).await);
    assert!(!extended, "extend by who was taken over from");
    let released = answered(store.release(&held.key, held.mine).await);
    assert!(!released, "release by who was taken over from");
    let late = answered(store.complete(&held.key, held.mine, KEPT).await);
    let expected = Completion::LeaseLost;
    assert_eq!(late, expected, "complete by who was taken over from");
    assert_eq!(held.state().await, State::Done, "a late success is kept");

    an_expired_lease_is_not_mine(store).await;

    let extended = Cell::in_state(store, State::Mine).await;
    answered(store.extend(&extended.key, extended.mine, SHORT).await);
    eventually("a claim after the end of an extension", || {
        claims(store, &extended.key, LONG)
    })
    .await;

    let again = Cell::in_state(store, State::Mine).await;
    answered(store.claim(&again.key, again.mine, SHORT).await);
    eventually(
        "a claim after the end of a lease that was claimed again",
        || claims(store, &again.key, LONG),
    )
    .await;

    let done = Cell::in_state(store, State::Done).await;
    answered(
        store
            .complete(&done.key, done.mine, Retention::For(SHORT))
            .await,
    );
    eventually("a claim after the end of a retention", || {
        claims(store, &done.key, LONG)
    })
    .await;

    let shortest = Cell::in_state(store, State::Absent).await;
    let claim = store.claim(&shortest.key, shortest.mine, Duration::from_nanos(1));
    let seen = answered(claim.await);
    assert_eq!(seen, Claim::Claimed, "claim for a nanosecond");
    let longest = Cell::in_state(store, State::Absent).await;
    let claim = store.claim(&longest.key, longest.mine, Duration::MAX);
    assert_eq!(answered(claim.await), Claim::Claimed, "claim forever");
    let extended = store.extend(&longest.key, longest.mine, Duration::MAX);
    assert!(answered(extended.await), "extend forever");
    assert_eq!(longest.state().await, State::Mine, "after a claim forever");
}
