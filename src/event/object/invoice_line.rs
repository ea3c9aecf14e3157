//! The lines of an invoice.

use crate::{
    event::object::{
        fields::fields,
        list::MAX_ENTRIES,
        metadata::Metadata,
        path::Step,
        read::{FromJson, Json},
        reference::Reference,
        text::Word,
    },
    json::{Malformed, elements, last_member},
};

/// A line of an [`Invoice`](crate::Invoice).
#[derive(Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct InvoiceLine {
    /// The id of the line.
    pub id: Option<String>,
    /// `subscription` or `invoiceitem`; in newer API versions `subscription_item_details` or
    /// `invoice_item_details`. `type` in the payload.
    pub kind: Option<String>,
    /// The amount, in minor units. Negative for what is credited.
    pub amount: Option<i64>,
    /// The ISO currency code, lower case.
    pub currency: Option<String>,
    /// What is billed, as shown to people.
    pub description: Option<String>,
    /// How many, such as seats.
    pub quantity: Option<i64>,
    /// What time is billed.
    pub period: Option<Period>,
    /// Whether it makes up for a change within a period.
    pub proration: Option<bool>,
    /// The price; the plan in old API versions.
    pub price: Option<Reference>,
    /// The product of the price.
    pub product: Option<Reference>,
    /// The subscription that the line belongs to.
    pub subscription: Option<Reference>,
    /// What the seller attached.
    pub metadata: Option<Metadata>,
}

fields! {
    InvoiceLine {
        id,
        kind = "type" or ["parent.type"] as Word,
        amount,
        currency as Word,
        description,
        quantity,
        period,
        proration or [
            "parent.subscription_item_details.proration",
            "parent.invoice_item_details.proration"
        ],
        price or ["plan", "pricing.price_details.price"],
        product or [
            "price.product",
            "plan.product",
            "pricing.price_details.product",
            "pricing.price_details.price.product"
        ],
        subscription or [
            "parent.subscription_item_details.subscription",
            "parent.invoice_item_details.subscription"
        ],
        metadata,
    } then InvoiceLine::name_subscription
}

impl InvoiceLine {
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

    /// The subscription that the line belongs to.
    #[must_use]
    pub fn subscription(&self) -> Option<&Reference> {
        self.subscription.as_ref()
    }

    pub(super) fn is_of_subscription(&self) -> bool {
        matches!(
            self.kind.as_deref(),
            Some("subscription" | "subscription_item_details")
        )
    }

    pub(super) fn is_invoice_item(&self) -> bool {
        matches!(
            self.kind.as_deref(),
            Some("invoiceitem" | "invoice_item_details")
        )
    }

    /// In old API versions, the id of a subscription's line is that of the subscription. What this
    /// crate has written has no `object`, and is read as it is.
    fn name_subscription(&mut self, json: &Json<'_>) {
        let is_of_api = || last_member(json.text, "object").is_some();
        if self.subscription.is_none() && self.is_of_subscription() && is_of_api() {
            let id = self.id.as_deref().filter(|id| id.starts_with("sub_"));
            self.subscription = id.map(Reference::from);
        }
    }
}

/// A span of time, in Unix seconds.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Period {
    /// When it begins.
    pub start: Option<i64>,
    /// When it ends.
    pub end: Option<i64>,
}

fields! {
    Period {
        start,
        end,
    }
}

/// The tax of an invoice: an amount, or in newer API versions a list of amounts, which is their
/// sum.
#[derive(serde::Serialize)]
pub(super) struct TaxAmounts(pub(super) i64);

impl FromJson for TaxAmounts {
    fn from_json(json: &Json<'_>) -> Option<Self> {
        if !json.text.starts_with('[') {
            return i64::from_json(json).map(Self);
        }
        // One amount that is unknown makes the sum unknown.
        let mut sum = Some(0_i64);
        let mut index = 0;
        elements(json.text, |text| {
            let tax = json.read::<Tax>(Step::Index(index), text);
            let amount = tax
                .and_then(|tax| tax.amount)
                .filter(|_| index < MAX_ENTRIES);
            sum = sum
                .zip(amount)
                .and_then(|(sum, amount)| sum.checked_add(amount));
            index += 1;
            Ok::<(), Malformed>(())
        })
        .ok()?;
        sum.map(Self)
    }
}

#[derive(Clone, Default, PartialEq, Eq, Hash)]
struct Tax {
    amount: Option<i64>,
}

fields! {
    Tax {
        amount,
    }
}
