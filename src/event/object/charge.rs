//! The object of `charge.*` events.

use crate::event::object::{
    address::BillingDetails, fields::fields, metadata::Metadata, path::Unreadable,
    reference::Reference, text::Word,
};

/// A payment. Amounts are integers in the currency's minor unit, times are Unix seconds. Every
/// field is optional; `null` counts as absent.
///
/// ```
/// use tower_loops::Charge;
///
/// let mut charge = Charge::default();
/// charge.amount = Some(4900);
/// charge.customer = Some("cus_1".into());
///
/// let json = serde_json::to_string(&charge)?;
/// assert_eq!(serde_json::from_str::<Charge>(&json)?, charge);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Charge {
    /// The id of the charge.
    pub id: Option<String>,
    /// The amount charged, in minor units.
    pub amount: Option<i64>,
    /// The sum of all refunds of the charge so far, in minor units. It is cumulative: what is new
    /// is the difference to the previous value, which
    /// [`previous_as`](crate::VerifiedEvent::previous_as) gives.
    pub amount_refunded: Option<i64>,
    /// The ISO currency code, lower case.
    pub currency: Option<String>,
    /// What was sold, as shown to people.
    pub description: Option<String>,
    /// Who paid.
    pub billing_details: Option<BillingDetails>,
    /// What the seller attached, such as an `order_id`.
    pub metadata: Option<Metadata>,
    /// `succeeded`, `pending` or `failed`.
    pub status: Option<String>,
    /// Whether it was paid.
    pub paid: Option<bool>,
    /// Whether an authorized amount was captured.
    pub captured: Option<bool>,
    /// Whether the whole amount was refunded. `false` after a partial refund.
    pub refunded: Option<bool>,
    /// When it was created, in Unix seconds.
    pub created: Option<i64>,
    /// Whether it was made in live mode, not in test mode.
    pub livemode: Option<bool>,
    /// Who was charged.
    pub customer: Option<Reference>,
    /// The payment intent, which a [`CheckoutSession`](crate::CheckoutSession) of the same payment
    /// names too.
    pub payment_intent: Option<Reference>,
    /// The invoice that was paid.
    pub invoice: Option<Reference>,
    /// Where the receipt is sent.
    pub receipt_email: Option<String>,
    /// The page of the receipt.
    pub receipt_url: Option<String>,
    /// Why it failed, as a code.
    pub failure_code: Option<String>,
    /// Why it failed, in words.
    pub failure_message: Option<String>,
    /// The refunds of the charge that the payload has.
    pub refunds: Vec<Refund>,
    pub(super) unreadable: Unreadable,
}

fields! {
    Charge: "charge" {
        id,
        amount,
        amount_refunded,
        currency as Word,
        description,
        billing_details,
        metadata,
        status as Word,
        paid,
        captured,
        refunded,
        created,
        livemode,
        customer,
        payment_intent,
        invoice,
        receipt_email as Word,
        receipt_url as Word,
        failure_code as Word,
        failure_message,
        refunds,
    }
}

impl Charge {
    /// The refunds of the charge that the payload has. Newer API versions send none, and
    /// [`amount_refunded`](Self::amount_refunded) only.
    #[must_use]
    pub fn refunds(&self) -> &[Refund] {
        &self.refunds
    }
}

/// A refund of a [`Charge`], in whole or in part.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Refund {
    /// The id of the refund.
    pub id: Option<String>,
    /// The amount of this refund, in minor units.
    pub amount: Option<i64>,
    /// `duplicate`, `fraudulent`, `requested_by_customer` and so on.
    pub reason: Option<String>,
    /// `succeeded`, `pending`, `failed` and so on.
    pub status: Option<String>,
    /// When it was created, in Unix seconds.
    pub created: Option<i64>,
}

fields! {
    Refund {
        id,
        amount,
        reason as Word,
        status as Word,
        created,
    }
}
