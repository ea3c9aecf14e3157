//! The object of `customer.subscription.*` events.

use crate::event::object::{
    fields::fields, metadata::Metadata, path::Unreadable, read::Json, reference::Reference,
    table::Table, text::Word,
};

/// A subscription. Times are Unix seconds. Every field is optional; `null` counts as absent.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
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
    /// When it was created, in Unix seconds.
    pub created: Option<i64>,
    /// When it started, in Unix seconds.
    pub start_date: Option<i64>,
    /// Whether it ends with the current period.
    pub cancel_at_period_end: Option<bool>,
    /// When it will end, in Unix seconds.
    pub cancel_at: Option<i64>,
    /// When it was cancelled, in Unix seconds. It may end later.
    pub canceled_at: Option<i64>,
    /// When it ended, in Unix seconds.
    pub ended_at: Option<i64>,
    /// Why it was cancelled.
    pub cancellation_details: Option<CancellationDetails>,
    /// When its trial began, in Unix seconds.
    pub trial_start: Option<i64>,
    /// When its trial ends or ended, in Unix seconds.
    pub trial_end: Option<i64>,
    /// When the current period began, where the subscription itself has it, in Unix seconds.
    pub current_period_start: Option<i64>,
    /// When the current period ends, where the subscription itself has it, in Unix seconds.
    pub current_period_end: Option<i64>,
    /// What is subscribed to. The top-level plan of old API versions is one item.
    pub items: Vec<SubscriptionItem>,
    /// The newest invoice.
    pub latest_invoice: Option<Reference>,
    /// `charge_automatically` or `send_invoice`.
    pub collection_method: Option<String>,
    /// How it is paid.
    pub default_payment_method: Option<Reference>,
    /// What the seller attached.
    pub metadata: Option<Metadata>,
    pub(super) unreadable: Unreadable,
}

fields! {
    Subscription: "subscription" {
        id,
        status as Word,
        customer,
        currency as Word,
        created,
        start_date or ["start"],
        cancel_at_period_end,
        cancel_at,
        canceled_at,
        ended_at,
        cancellation_details,
        trial_start,
        trial_end,
        current_period_start,
        current_period_end,
        items,
        latest_invoice,
        collection_method or ["billing"] as Word,
        default_payment_method,
        metadata,
    } then Subscription::add_plan
}

impl Subscription {
    /// The items of the subscription: grant what these prices or products include.
    #[must_use]
    pub fn items(&self) -> &[SubscriptionItem] {
        &self.items
    }

    /// When the current period began, in Unix seconds: the subscription's own, else the earliest of
    /// its items (where newer API versions have it).
    #[must_use]
    pub fn current_period_start(&self) -> Option<i64> {
        let starts = self
            .items
            .iter()
            .filter_map(|item| item.current_period_start);
        self.current_period_start.or_else(|| starts.min())
    }

    /// When the current period ends, in Unix seconds: the subscription's own, else the latest of
    /// its items (where newer API versions have it).
    #[must_use]
    pub fn current_period_end(&self) -> Option<i64> {
        let ends = self.items.iter().filter_map(|item| item.current_period_end);
        self.current_period_end.or_else(|| ends.max())
    }

    /// Makes the one plan of API versions before items into an item, or that of the only item.
    fn add_plan(&mut self, json: &Json<'_>) {
        const PATHS: &[&str] = &["plan", "plan.product", "quantity"];
        static TABLE: Table<3> = Table::new(PATHS);
        let is_bare = |item: &SubscriptionItem| item.price.is_none() && item.product.is_none();
        if !matches!(&self.items[..], [] | [_]) || !self.items.iter().all(is_bare) {
            return;
        }
        let Some(mut members) = json.members(&TABLE) else {
            return;
        };
        let plan = SubscriptionItem {
            price: members.first(&PATHS[..1]),
            product: members.first(&PATHS[1..2]),
            quantity: members.first(&PATHS[2..]),
            ..SubscriptionItem::default()
        };
        match &mut self.items[..] {
            [item] => (item.price, item.product) = (plan.price, plan.product),
            _ if !is_bare(&plan) => self.items.push(plan),
            _ => {}
        }
    }
}

/// One item of a [`Subscription`].
#[derive(Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct SubscriptionItem {
    /// The id of the item.
    pub id: Option<String>,
    /// How many, such as seats.
    pub quantity: Option<i64>,
    /// The price; the plan in old API versions.
    pub price: Option<Reference>,
    /// The product of the price.
    pub product: Option<Reference>,
    /// When the item's current period began, where the item has it, in Unix seconds.
    pub current_period_start: Option<i64>,
    /// When the item's current period ends, where the item has it, in Unix seconds.
    pub current_period_end: Option<i64>,
    /// What the seller attached.
    pub metadata: Option<Metadata>,
}

fields! {
    SubscriptionItem {
        id,
        quantity,
        price or ["plan"],
        product or ["price.product", "plan.product"],
        current_period_start,
        current_period_end,
        metadata,
    }
}

impl SubscriptionItem {
    /// The id of the price; of the plan in old API versions.
    #[must_use]
    pub fn price(&self) -> Option<&str> {
        self.price.as_ref().map(Reference::id)
    }

    /// The id of the price's product.
    #[must_use]
    pub fn product(&self) -> Option<&str> {
        self.product.as_ref().map(Reference::id)
    }
}

/// Why a [`Subscription`] was cancelled.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CancellationDetails {
    /// `cancellation_requested`, `payment_failed` and so on.
    pub reason: Option<String>,
    /// What the customer chose as a reason, such as `too_expensive`.
    pub feedback: Option<String>,
    /// What the customer said.
    pub comment: Option<String>,
}

fields! {
    CancellationDetails {
        reason as Word,
        feedback as Word,
        comment,
    }
}
