//! One run of the suite: what it knows of the receiver, and how single deliveries are checked.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, sleep, timeout_at};

use crate::{
    delivery::Delivery,
    effects::Effects,
    endpoint::{Answer, Endpoint, NoAnswer},
    finding::{Finding, Found},
    loops::Loops,
    seen::{Kind, Seen},
};

/// A receiver that takes longer over one delivery is not done with a whole run in a minute, if
/// each waits for the one before.
pub(crate) const SLOW: Duration = Duration::from_millis(100);

pub(crate) struct Run {
    pub(crate) endpoint: Arc<dyn Endpoint>,
    pub(crate) loops: Loops,
    /// The body of the first delivery.
    pub(crate) first: String,
    pub(crate) effects: Option<Effects>,
    /// How long a response may take.
    pub(crate) timeout: Duration,
    /// When the run ends at the latest.
    pub(crate) deadline: Instant,
    /// Whether a plain forgery is answered 5xx or not at all. Then such an answer says nothing
    /// about what else causes it, and is a matter of `answers` alone.
    pub(crate) rejects_badly: bool,
    /// Whether deliveries are sent at the same time where their order does not matter.
    pub(crate) is_slow: bool,
    /// Whether the server has ended.
    pub(crate) is_gone: bool,
    pub(crate) seen: Vec<Seen>,
}

impl Run {
    pub(crate) async fn one_by_one(
        &mut self,
        deliveries: Vec<Delivery>,
        is_genuine: bool,
    ) -> Found {
        let mut last = Err(Finding::Unknown("nothing to send".to_owned()));
        for delivery in deliveries {
            let label = delivery.label;
            let found = if is_genuine {
                self.accepts(delivery).await
            } else {
                self.rejects(delivery).await
            };
            last = match found {
                Ok(got) if !label.is_empty() => Ok(format!("{got} to {label}")),
                Ok(got) => Ok(got),
                Err(finding) if !label.is_empty() => return Err(finding.to(label)),
                Err(finding) => return Err(finding),
            };
        }
        last
    }

    /// Delivers a genuine event: 2xx, and if it is a charge, its effects.
    pub(crate) async fn accepts(&mut self, delivery: Delivery) -> Found {
        let Delivery {
            is_charge, is_twin, ..
        } = delivery;
        let before = self.count().await;
        let answer = self.deliver(delivery).await;
        let each = self.effects.as_ref().map_or(0, |effects| effects.each);
        let wanted = if is_charge { each } else { 0 };
        let risen = self.effects_since(before, wanted).await;
        let is_accepted = matches!(&answer, Ok(answer) if answer.status.is_success());
        let is_lost = is_accepted && risen.is_some_and(|risen| risen < wanted);
        let kind = Kind::Genuine {
            risen,
            is_lost: is_lost && !is_twin,
        };
        let got = self.note(kind, &answer);
        if is_lost {
            self.effects.iter_mut().for_each(Effects::lost_one);
            return Err(Finding::Wrong(format!(
                "{got}, but the event had no effect"
            )));
        }
        if is_accepted {
            Ok(got)
        } else {
            self.wrong(&answer, got)
        }
    }

    /// Sends a delivery that must be rejected: not 2xx, no effect, and no crash.
    pub(crate) async fn rejects(&mut self, delivery: Delivery) -> Found {
        let before = self.count().await;
        let expected = self.expected_digest(&delivery);
        let answer = self.deliver(delivery).await;
        let risen = self.unwanted_effects_since(before).await;
        let got = self.note(Kind::Forged { expected }, &answer);
        if risen > 0 {
            return Err(Finding::Wrong(format!("{got}, and the event was handled")));
        }
        let is_accepted = matches!(&answer, Ok(answer) if answer.status.is_success());
        match answer {
            _ if is_accepted => Err(Finding::Wrong(got)),
            Err(NoAnswer::Unreachable(_)) => Err(Finding::Wrong(got)),
            _ if !is_bad(&answer) => Ok(got),
            _ if !self.rejects_badly => self.wrong(&answer, got),
            Err(NoAnswer::TimedOut) => Err(Finding::Unknown(got)),
            _ => Ok(got),
        }
    }

    /// Sends it. The end of the run is `TimedOut` as well.
    pub(crate) async fn deliver(&self, delivery: Delivery) -> Result<Answer, NoAnswer> {
        let deadline = self.deadline.min(Instant::now() + self.timeout);
        let answer = timeout_at(deadline, self.endpoint.deliver(delivery)).await;
        answer.unwrap_or(Err(NoAnswer::TimedOut))
    }

    /// Wrong, unless the run ended before the response.
    pub(crate) fn wrong(&self, answer: &Result<Answer, NoAnswer>, got: String) -> Found {
        if matches!(answer, Err(NoAnswer::TimedOut)) && self.is_over() {
            return Err(Finding::Over);
        }
        Err(Finding::Wrong(got))
    }

    /// Whether it accepts no connection for a while, after a delivery without a response.
    pub(crate) async fn has_ended(&mut self) -> bool {
        let is_answered = self.seen.last().is_some_and(|seen| seen.status.is_some());
        if is_answered || !self.endpoint.has_connections() {
            return false;
        }
        for _ in 0..15 {
            let body = self.loops.bare_charge().to_string();
            let delivery = self.loops.genuine(body);
            let answer = self.deliver(delivery).await;
            if !matches!(answer, Err(NoAnswer::Unreachable(_))) {
                return false;
            }
            sleep(Duration::from_millis(100)).await;
        }
        true
    }

    /// Records that a single delivery, sent at `start`, has ended.
    pub(crate) fn is_done_since(&mut self, start: Instant) {
        self.is_slow |= start.elapsed() > SLOW;
    }

    pub(crate) fn is_over(&self) -> bool {
        Instant::now() >= self.deadline
    }

    /// Keeps what the checks of `answers` look at, and describes it.
    pub(crate) fn note(&mut self, kind: Kind, answer: &Result<Answer, NoAnswer>) -> String {
        let seen = Seen::new(kind, answer, &self.loops);
        let got = seen.got.clone();
        // The end of the run says nothing of the receiver.
        if !(seen.timed_out && self.is_over()) {
            self.seen.push(seen);
        }
        got
    }

    /// The digest that a receiver computes for it, and must not reveal.
    pub(crate) fn expected_digest(&self, delivery: &Delivery) -> Option<String> {
        let header = delivery.signatures.first()?.to_str().ok()?;
        let (_, t) = header.split_once("t=")?;
        let t = t.split(',').next()?;
        Some(self.loops.digest(delivery.body.bytes()?, t))
    }

    pub(crate) async fn count(&self) -> Option<u64> {
        self.effects.as_ref()?.count().await
    }

    /// The number of effects since then. Waits for the wanted number, or until no more come.
    pub(crate) async fn effects_since(&self, before: Option<u64>, wanted: u64) -> Option<u64> {
        let effects = self.effects.as_ref()?;
        Some(effects.settle(before?, wanted).await)
    }

    /// The effects of a rejected delivery. A handler may still be running when the response
    /// arrives.
    pub(crate) async fn unwanted_effects_since(&self, before: Option<u64>) -> u64 {
        let Some(before) = before else {
            return 0;
        };
        sleep(Duration::from_millis(40)).await;
        let after = self.count().await;
        after.map_or(0, |after| after.saturating_sub(before))
    }
}

/// Whether the server failed to answer: 5xx, or no response.
pub(crate) fn is_bad(answer: &Result<Answer, NoAnswer>) -> bool {
    answer
        .as_ref()
        .map_or(true, |answer| answer.status.is_server_error())
}
