//! Names and addresses of customers.

use crate::event::object::{fields::fields, text::Word};

/// Who paid a [`Charge`](crate::Charge).
#[derive(Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct BillingDetails {
    /// The payer's name.
    pub name: Option<String>,
    /// The payer's e-mail address.
    pub email: Option<String>,
    /// The payer's telephone number.
    pub phone: Option<String>,
    /// The billing address.
    pub address: Option<Address>,
}

fields! {
    BillingDetails {
        name,
        email as Word,
        phone,
        address,
    }
}

/// Who completed a [`CheckoutSession`](crate::CheckoutSession).
#[derive(Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CustomerDetails {
    /// The customer's name.
    pub name: Option<String>,
    /// The customer's e-mail address.
    pub email: Option<String>,
    /// The customer's telephone number.
    pub phone: Option<String>,
    /// The customer's address.
    pub address: Option<Address>,
}

fields! {
    CustomerDetails {
        name,
        email as Word,
        phone,
        address,
    }
}

/// Where the goods of a [`CheckoutSession`](crate::CheckoutSession) go.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ShippingDetails {
    /// The recipient's name.
    pub name: Option<String>,
    /// The recipient's telephone number.
    pub phone: Option<String>,
    /// The recipient's address.
    pub address: Option<Address>,
}

fields! {
    ShippingDetails {
        name,
        phone,
        address,
    }
}

/// A postal address.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Address {
    /// The street, or a company's name.
    pub line1: Option<String>,
    /// The flat, suite or building.
    pub line2: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// The state, county, province or region.
    pub state: Option<String>,
    /// The postal code.
    pub postal_code: Option<String>,
    /// The country, as two letters (ISO 3166-1).
    pub country: Option<String>,
}

fields! {
    Address {
        line1,
        line2,
        city,
        state,
        postal_code,
        country as Word,
    }
}
