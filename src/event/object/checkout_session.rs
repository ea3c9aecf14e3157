//! The object of `checkout.session.*` events.

use crate::event::object::{
    address::{CustomerDetails, ShippingDetails},
    fields::fields,
    metadata::Metadata,
    path::Unreadable,
    reference::Reference,
    text::{Word, Words},
};

/// A checkout. Amounts are integers in the currency's minor unit, times are Unix seconds. Every
/// field is optional; `null` counts as absent.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CheckoutSession {
    /// The id of the session.
    pub id: Option<String>,
    /// The amount to be paid, in minor units.
    pub amount_total: Option<i64>,
    /// The same before discounts and taxes, in minor units.
    pub amount_subtotal: Option<i64>,
    /// The ISO currency code, lower case.
    pub currency: Option<String>,
    /// `payment`, `subscription` or `setup`.
    pub mode: Option<String>,
    /// `open`, `complete` or `expired`.
    pub status: Option<String>,
    /// `paid`, `unpaid` or `no_payment_required`.
    pub payment_status: Option<String>,
    /// When it was created, in Unix seconds.
    pub created: Option<i64>,
    /// Whether the session was made in live mode, not in test mode.
    pub livemode: Option<bool>,
    /// Where the customer goes after success.
    pub success_url: Option<String>,
    /// Where the customer goes after giving up.
    pub cancel_url: Option<String>,
    /// The page of the checkout itself.
    pub url: Option<String>,
    /// The customer.
    pub customer: Option<Reference>,
    /// The e-mail address given when the session was created.
    pub customer_email: Option<String>,
    /// Who completed the session.
    pub customer_details: Option<CustomerDetails>,
    /// The seller's own reference.
    pub client_reference_id: Option<String>,
    /// When the session ends, in Unix seconds.
    pub expires_at: Option<i64>,
    /// What the seller attached, such as an `order_id`.
    pub metadata: Option<Metadata>,
    /// The payment, in mode `payment`.
    pub payment_intent: Option<Reference>,
    /// The subscription, in mode `subscription`.
    pub subscription: Option<Reference>,
    /// The invoice, if there is one.
    pub invoice: Option<Reference>,
    /// The payment link that the session comes from.
    pub payment_link: Option<Reference>,
    /// The setup intent, in mode `setup`.
    pub setup_intent: Option<Reference>,
    /// Discounts, shipping costs and taxes.
    pub total_details: Option<TotalDetails>,
    /// What was bought, if the payload has it.
    pub line_items: Vec<LineItem>,
    /// Where the goods are sent.
    pub shipping_details: Option<ShippingDetails>,
    /// What the seller asked the customer for.
    pub custom_fields: Vec<CustomField>,
    /// The ways of paying that were offered, such as `card`.
    pub payment_method_types: Vec<String>,
    /// The language of the checkout.
    pub locale: Option<String>,
    /// What was sold. `productName` in the payload.
    pub product_name: Option<String>,
    /// The customer's id in the seller's own system. `externalCustomerId` in the payload.
    pub external_customer_id: Option<String>,
    pub(super) unreadable: Unreadable,
}

fields! {
    CheckoutSession: "checkout.session" {
        id,
        amount_total,
        amount_subtotal,
        currency as Word,
        mode as Word,
        status as Word,
        payment_status as Word,
        created,
        livemode,
        success_url as Word,
        cancel_url as Word,
        url as Word,
        customer,
        customer_email as Word,
        customer_details,
        client_reference_id,
        expires_at,
        metadata,
        payment_intent,
        subscription,
        invoice,
        payment_link,
        setup_intent,
        total_details,
        line_items,
        shipping_details or ["collected_information.shipping_details", "shipping"],
        custom_fields,
        payment_method_types as Words,
        locale as Word,
        product_name = "productName",
        external_customer_id = "externalCustomerId",
    }
}

impl CheckoutSession {
    /// What was bought, if the payload has it.
    #[must_use]
    pub fn line_items(&self) -> &[LineItem] {
        &self.line_items
    }
}

/// Something that was bought in a [`CheckoutSession`].
#[derive(Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct LineItem {
    /// The id of the item.
    pub id: Option<String>,
    /// What it is, as shown to people.
    pub description: Option<String>,
    /// How many.
    pub quantity: Option<i64>,
    /// The amount for all of them, in minor units.
    pub amount_total: Option<i64>,
    /// The same before discounts and taxes, in minor units.
    pub amount_subtotal: Option<i64>,
    /// The ISO currency code, lower case.
    pub currency: Option<String>,
    /// The price.
    pub price: Option<Reference>,
    /// The product of the price.
    pub product: Option<Reference>,
}

fields! {
    LineItem {
        id,
        description,
        quantity,
        amount_total,
        amount_subtotal,
        currency as Word,
        price or ["plan"],
        product or ["price.product", "plan.product"],
    }
}

impl LineItem {
    /// The id of the price.
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

/// What the customer answered to a question of the seller in a [`CheckoutSession`].
#[derive(Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CustomField {
    /// The seller's key of the field.
    pub key: Option<String>,
    /// `text`, `numeric` or `dropdown`.
    pub kind: Option<String>,
    /// The answer.
    pub value: Option<String>,
}

fields! {
    CustomField {
        key,
        kind = "type" as Word,
        value or ["text.value", "numeric.value", "dropdown.value"],
    }
}

/// The difference between the subtotal and the total of a [`CheckoutSession`], in minor units.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct TotalDetails {
    /// The sum of the discounts.
    pub amount_discount: Option<i64>,
    /// The sum of the shipping costs.
    pub amount_shipping: Option<i64>,
    /// The sum of the taxes.
    pub amount_tax: Option<i64>,
}

fields! {
    TotalDetails {
        amount_discount,
        amount_shipping,
        amount_tax,
    }
}
