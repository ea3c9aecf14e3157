//! The payments of an invoice, which newer API versions list in place of its payment intent.

use crate::{
    event::object::{
        fields::fields,
        read::{FromJson, Json},
        reference::Reference,
    },
    json::last_member,
};

/// The payment intent of an invoice: itself, or that of the default one of a list of payments, else
/// the one that all of them name.
#[derive(serde::Serialize)]
pub(super) struct PaymentIntent(pub(super) Option<Reference>);

impl FromJson for PaymentIntent {
    fn from_json(json: &Json<'_>) -> Option<Self> {
        let is_list = json.text.starts_with('[') || last_member(json.text, "data").is_some();
        if !is_list {
            return Reference::from_json(json).map(|reference| Self(Some(reference)));
        }
        let payments = Vec::<Payment>::from_json(json)?;
        let default = payments
            .iter()
            .find(|payment| payment.is_default == Some(true));
        if let Some(default) = default {
            return Some(Self(default.payment_intent.clone()));
        }
        let mut named = payments
            .into_iter()
            .filter_map(|payment| payment.payment_intent);
        let first = named.next();
        let is_the_only_one = named.all(|other| first.as_ref() == Some(&other));
        Some(Self(first.filter(|_| is_the_only_one)))
    }
}

#[derive(Clone, Default, PartialEq, Eq, Hash)]
struct Payment {
    is_default: Option<bool>,
    payment_intent: Option<Reference>,
}

fields! {
    Payment {
        is_default,
        payment_intent = "payment.payment_intent",
    }
}
