//! The object of `invoice.*` events.

use serde::Deserialize;

use super::{
    Reference,
    object::{Metadata, metadata, object, redacted_debug},
};

/// An invoice. Amounts are integers in the currency's minor unit (cents), times are Unix seconds. Every field is optional;
/// `null` counts as absent.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Invoice {
    /// The id of the invoice.
    pub id: Option<String>,
    /// `draft`, `open`, `paid`, `uncollectible` or `void`.
    pub status: Option<String>,
    /// Whose invoice it is.
    pub customer: Option<Reference>,
    /// The customer's e-mail address.
    pub customer_email: Option<String>,
    /// What is to be paid, in minor units.
    pub amount_due: Option<i64>,
    /// What was paid, in minor units.
    pub amount_paid: Option<i64>,
    /// What is still to be paid, in minor units.
    pub amount_remaining: Option<i64>,
    /// The total after discounts and taxes, in minor units.
    pub total: Option<i64>,
    /// The ISO currency code, lower case.
    pub currency: Option<String>,
    /// How often payment was tried.
    pub attempt_count: Option<i64>,
    /// When payment is tried next, in Unix seconds.
    pub next_payment_attempt: Option<i64>,
    /// The page where the customer sees and pays it.
    pub hosted_invoice_url: Option<String>,
    /// The number that people see.
    pub number: Option<String>,
    /// Why there is an invoice: `subscription_create`, `subscription_cycle` and so on.
    pub billing_reason: Option<String>,
    /// What the seller attached.
    #[serde(default, deserialize_with = "metadata")]
    pub metadata: Option<Metadata>,
    subscription: Option<Reference>,
    #[serde(default, deserialize_with = "object")]
    parent: Option<Parent>,
}

impl Invoice {
    /// The subscription that is billed: the invoice's own, else that of its parent (where newer API versions have it).
    #[must_use]
    pub fn subscription(&self) -> Option<&Reference> {
        let of_parent = || {
            let details = self.parent.as_ref()?.subscription_details.as_ref()?;
            details.subscription.as_ref()
        };
        self.subscription.as_ref().or_else(of_parent)
    }
}

redacted_debug!(Invoice, id);

#[derive(Clone, PartialEq, Eq, Deserialize)]
struct Parent {
    #[serde(default, deserialize_with = "object")]
    subscription_details: Option<SubscriptionDetails>,
}

#[derive(Clone, PartialEq, Eq, Deserialize)]
struct SubscriptionDetails {
    subscription: Option<Reference>,
}
