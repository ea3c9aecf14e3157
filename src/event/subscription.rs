//! The object of `customer.subscription.*` events.

use serde::Deserialize;

use super::{
    Reference,
    object::{Metadata, Object, metadata, object, redacted_debug},
};

/// A subscription. Times are Unix seconds. Every field is optional; `null` counts as absent.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Subscription {
    /// The id of the subscription.
    pub id: Option<String>,
    /// `active`, `past_due`, `canceled` and so on.
    pub status: Option<String>,
    /// Whose subscription it is.
    pub customer: Option<Reference>,
    /// The ISO currency code, lower case.
    pub currency: Option<String>,
    /// Whether it ends with the current period.
    pub cancel_at_period_end: Option<bool>,
    /// When it was cancelled, in Unix seconds.
    pub canceled_at: Option<i64>,
    /// When it ended, in Unix seconds.
    pub ended_at: Option<i64>,
    /// When its trial ends or ended, in Unix seconds.
    pub trial_end: Option<i64>,
    /// The newest invoice.
    pub latest_invoice: Option<Reference>,
    /// What the seller attached.
    #[serde(default, deserialize_with = "metadata")]
    pub metadata: Option<Metadata>,
    current_period_start: Option<i64>,
    current_period_end: Option<i64>,
    #[serde(default, deserialize_with = "object")]
    items: Option<Items>,
}

impl Subscription {
    /// When the current period began, in Unix seconds: the subscription's own, else the earliest of its items (where newer
    /// API versions have it).
    #[must_use]
    pub fn current_period_start(&self) -> Option<i64> {
        let of_items = || self.items().filter_map(|item| item.current_period_start);
        self.current_period_start.or_else(|| of_items().min())
    }

    /// When the current period ends, in Unix seconds: the subscription's own, else the latest of its items (where newer API
    /// versions have it).
    #[must_use]
    pub fn current_period_end(&self) -> Option<i64> {
        let of_items = || self.items().filter_map(|item| item.current_period_end);
        self.current_period_end.or_else(|| of_items().max())
    }

    fn items(&self) -> impl Iterator<Item = &Item> {
        self.items
            .iter()
            .flat_map(|items| &items.data)
            .flatten()
            .flatten()
            .map(|Object(item)| item)
    }
}

redacted_debug!(Subscription, id);

#[derive(Clone, PartialEq, Eq, Deserialize)]
struct Items {
    data: Option<Vec<Option<Object<Item>>>>,
}

#[derive(Clone, PartialEq, Eq, Deserialize)]
struct Item {
    current_period_start: Option<i64>,
    current_period_end: Option<i64>,
}
