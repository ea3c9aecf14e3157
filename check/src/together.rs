//! Deliveries at the same time, for a receiver that takes long over each.
//!
//! Only a pass is taken from here. Whatever else is found is found again by deliveries one after
//! the other, so that no result depends on what was sent beside it.

use std::time::Duration;

use tokio::{
    task::JoinSet,
    time::{Instant, timeout_at},
};

use crate::{
    check::{Check, Plan},
    delivery::Delivery,
    endpoint::{Answer, NoAnswer},
    finding::Found,
    first::plain_forgery,
    loops::Loops,
    run::{Run, SLOW, is_bad},
    seen::Kind,
};

/// Deliveries at the same time.
pub(crate) const WIDTH: usize = 16;

/// What passes, by check.
pub(crate) type Passed = Vec<Option<String>>;

impl Run {
    /// Whether two forgeries at the same time take less than one after the other, as which one took
    /// so long. A receiver that handles one request at a time gains nothing.
    pub(crate) async fn gains_together(&mut self, alone: Duration) -> bool {
        if !self.is_slow || alone < SLOW {
            return self.is_slow;
        }
        let two = [
            plain_forgery(&mut self.loops),
            plain_forgery(&mut self.loops),
        ];
        let start = Instant::now();
        self.deliver_all(two.into_iter(), 2).await;
        start.elapsed() < alone * 3 / 2
    }

    /// The checks that pass with all their deliveries at the same time. Empty for a receiver that
    /// is fast enough for sequential deliveries.
    pub(crate) async fn pass_together(&mut self, checks: &[Check]) -> Passed {
        let mut passed = vec![None; checks.len()];
        for is_genuine in [false, true] {
            let mut places = Vec::new();
            let mut groups = Vec::new();
            for (place, check) in checks.iter().enumerate() {
                let deliveries = match (&check.plan, is_genuine) {
                    (Plan::Rejected(deliveries), false) | (Plan::Accepted(deliveries), true) => {
                        deliveries(&mut self.loops)
                    }
                    _ => continue,
                };
                places.push(place);
                groups.push(deliveries);
            }
            let found = self.groups_together(groups, is_genuine).await;
            for (place, got) in places.into_iter().zip(found) {
                passed[place] = got;
            }
        }
        passed
    }

    /// Delivers each of them: at the same time, and unless all pass, one after the other.
    pub(crate) async fn each(
        &mut self,
        deliveries: fn(&mut Loops) -> Vec<Delivery>,
        is_genuine: bool,
    ) -> Found {
        let group = vec![deliveries(&mut self.loops)];
        let mut passed = self.groups_together(group, is_genuine).await;
        if let Some(got) = passed.pop().flatten() {
            return Ok(got);
        }
        let deliveries = deliveries(&mut self.loops);
        self.one_by_one(deliveries, is_genuine).await
    }

    /// For each group what its last delivery got, if all of the group pass.
    async fn groups_together(&mut self, groups: Vec<Vec<Delivery>>, is_genuine: bool) -> Passed {
        let mut passed = vec![None; groups.len()];
        if !self.is_slow || self.is_gone {
            return passed;
        }
        let deliveries = groups.into_iter().enumerate();
        let deliveries =
            deliveries.flat_map(|(group, all)| all.into_iter().map(move |one| (group, one)));
        // Those with a known number of effects apart from those that may have any.
        let counts = self.effects.is_some();
        let (charges, others): (Vec<_>, Vec<_>) =
            deliveries.partition(|(_, delivery)| counts && delivery.is_charge);
        for deliveries in [charges, others] {
            self.mark_passed(deliveries, is_genuine, &mut passed).await;
        }
        passed
    }

    /// Delivers them, and marks their groups.
    async fn mark_passed(
        &mut self,
        deliveries: Vec<(usize, Delivery)>,
        is_genuine: bool,
        passed: &mut Passed,
    ) {
        if deliveries.is_empty() {
            return;
        }
        let each = self.effects.as_ref().map_or(0, |effects| effects.each);
        let charges = deliveries.iter().filter(|(_, delivery)| delivery.is_charge);
        let wanted = each * charges.count() as u64;
        let of_delivery = |(group, delivery): &(usize, Delivery)| {
            let expected = self.expected_digest(delivery).filter(|_| !is_genuine);
            (*group, delivery.label, expected)
        };
        let told: Vec<_> = deliveries.iter().map(of_delivery).collect();
        let before = self.count().await;
        let deliveries = deliveries.into_iter().map(|(_, delivery)| delivery);
        let answers = self.deliver_all(deliveries, WIDTH).await;
        let risen = self.all_effects_since(before, wanted).await;
        let is_right = if is_genuine {
            risen >= wanted
        } else {
            risen == 0
        };

        let mut failed = Vec::new();
        for ((group, label, expected), answer) in told.into_iter().zip(answers) {
            let is_accepted = matches!(&answer, Ok(answer) if answer.status.is_success());
            if !is_right || is_bad(&answer) || is_accepted != is_genuine {
                failed.push(group);
                continue;
            }
            let kind = if is_genuine {
                Kind::Genuine {
                    risen: None,
                    is_lost: false,
                }
            } else {
                Kind::Forged { expected }
            };
            let got = self.note(kind, &answer);
            passed[group] = Some(if label.is_empty() {
                got
            } else {
                format!("{got} to {label}")
            });
        }
        for group in failed {
            passed[group] = None;
        }
    }

    /// Their responses, if the receiver is slow.
    pub(crate) async fn answers_together(
        &mut self,
        deliveries: fn(&mut Loops) -> Vec<Delivery>,
    ) -> Vec<Result<Answer, NoAnswer>> {
        if !self.is_slow {
            return Vec::new();
        }
        let deliveries = deliveries(&mut self.loops);
        self.deliver_all(deliveries.into_iter(), WIDTH).await
    }

    /// Sends them, `width` at the same time. A receiver that handles one request at a time keeps
    /// the others waiting, so the timeout limits the time to the next response of any of them. The
    /// rest is then `TimedOut`, sent or not.
    pub(crate) async fn deliver_all(
        &self,
        deliveries: impl ExactSizeIterator<Item = Delivery>,
        width: usize,
    ) -> Vec<Result<Answer, NoAnswer>> {
        let mut answers = vec![Err(NoAnswer::TimedOut); deliveries.len()];
        let mut unsent = deliveries.enumerate();
        let mut sent = JoinSet::new();
        loop {
            for (place, delivery) in unsent.by_ref().take(width - sent.len()) {
                let answer = self.endpoint.deliver(delivery);
                sent.spawn(async move { (place, answer.await) });
            }
            let deadline = self.deadline.min(Instant::now() + self.timeout);
            match timeout_at(deadline, sent.join_next()).await {
                Ok(Some(Ok((place, answer)))) => answers[place] = answer,
                Ok(Some(Err(_))) => {}
                Ok(None) | Err(_) => return answers,
            }
        }
    }

    /// The effects of many deliveries, which come one after the other where a worker handles them.
    async fn all_effects_since(&self, before: Option<u64>, wanted: u64) -> u64 {
        let mut risen = 0;
        // Each time for as long as a single one may take, and while there are more.
        for _ in 0..WIDTH {
            let now = self.effects_since(before, wanted).await.unwrap_or(0);
            if now == risen || (wanted > 0 && now >= wanted) {
                return now;
            }
            risen = now;
        }
        risen
    }
}
