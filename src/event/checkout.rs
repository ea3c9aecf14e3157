//! The object of `checkout.session.*` events.

use serde::Deserialize;

use super::{
    Reference,
    object::{Metadata, metadata, object, redacted_debug},
};

/// A checkout. Amounts are integers in the currency's minor unit (cents), times are Unix seconds. Every field is optional;
/// `null` counts as absent.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct CheckoutSession {
    /// The id of the session.
    pub id: Option<String>,
    /// What is to be paid, in minor units.
    pub amount_total: Option<i64>,
    /// The same before discounts and taxes, in minor units.
    pub amount_subtotal: Option<i64>,
    /// The ISO currency code, lower case.
    pub currency: Option<String>,
    /// `payment`, `subscription` or `setup`.
    pub mode: Option<String>,
    /// `paid`, `unpaid` or `no_payment_required`.
    pub payment_status: Option<String>,
    /// Whether the session is of live mode.
    pub livemode: Option<bool>,
    /// Where the customer goes after success.
    pub success_url: Option<String>,
    /// Where the customer goes after giving up.
    pub cancel_url: Option<String>,
    /// The page of the checkout itself.
    pub url: Option<String>,
    /// The customer.
    pub customer: Option<Reference>,
    /// The e-mail address given when the session was made.
    pub customer_email: Option<String>,
    /// Who the customer turned out to be.
    #[serde(default, deserialize_with = "object")]
    pub customer_details: Option<CustomerDetails>,
    /// The seller's own reference.
    pub client_reference_id: Option<String>,
    /// When the session ends, in Unix seconds.
    pub expires_at: Option<i64>,
    /// What the seller attached, such as an `order_id`.
    #[serde(default, deserialize_with = "metadata")]
    pub metadata: Option<Metadata>,
    /// The payment.
    pub payment_intent: Option<Reference>,
    /// What discounts, shipping and taxes come to.
    #[serde(default, deserialize_with = "object")]
    pub total_details: Option<TotalDetails>,
    /// What was sold. `productName` in the payload.
    #[serde(rename = "productName")]
    pub product_name: Option<String>,
    /// The customer's id in the seller's own system. `externalCustomerId` in the payload.
    #[serde(rename = "externalCustomerId")]
    pub external_customer_id: Option<String>,
}

redacted_debug!(CheckoutSession, id);

/// Who completed a [`CheckoutSession`].
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct CustomerDetails {
    /// The customer's name.
    pub name: Option<String>,
    /// The customer's e-mail address.
    pub email: Option<String>,
}

redacted_debug!(CustomerDetails);

/// What makes the difference between the subtotal and the total of a [`CheckoutSession`], in minor units.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct TotalDetails {
    /// The sum of the discounts.
    pub amount_discount: Option<i64>,
    /// The sum of the shipping costs.
    pub amount_shipping: Option<i64>,
    /// The sum of the taxes.
    pub amount_tax: Option<i64>,
}

redacted_debug!(TotalDetails);
