//! The object of `charge.*` events.

use serde::Deserialize;

use super::object::{Metadata, metadata, object, redacted_debug};

/// A payment. Amounts are integers in the currency's minor unit (cents). Every field is optional; `null` counts as absent.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Charge {
    /// The id of the charge.
    pub id: Option<String>,
    /// What was charged, in minor units.
    pub amount: Option<i64>,
    /// What of it was given back, in minor units.
    pub amount_refunded: Option<i64>,
    /// The ISO currency code, lower case.
    pub currency: Option<String>,
    /// What was sold, as shown to people.
    pub description: Option<String>,
    /// Who paid.
    #[serde(default, deserialize_with = "object")]
    pub billing_details: Option<BillingDetails>,
    /// What the seller attached, such as an `order_id`.
    #[serde(default, deserialize_with = "metadata")]
    pub metadata: Option<Metadata>,
}

redacted_debug!(Charge, id);

/// Who paid a [`Charge`].
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct BillingDetails {
    /// The payer's name.
    pub name: Option<String>,
    /// The payer's e-mail address.
    pub email: Option<String>,
}

redacted_debug!(BillingDetails);
