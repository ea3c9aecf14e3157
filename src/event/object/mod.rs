//! The objects of events, and how they are read: every field on its own, from the JSON text of its
//! value, so that one malformed field never hides the others.
//!
//! - [`read`]: one value and where it stands, and the members of an object.
//! - [`fields`]: the macro that generates reading and writing from the list of a struct's fields.
//! - [`table`]: that list, prepared to find known keys quickly.
//! - [`path`]: where a value stands, and the paths of what cannot be read.
//! - [`number`], [`text`], [`list`], [`metadata`], [`reference`]: the values of fields.
//! - [`de`]: `Deserialize`, through the same reader.
//! - [`digest`]: a `Debug` without payload.

mod address;
mod charge;
mod checkout_session;
mod de;
mod digest;
mod fields;
mod invoice;
mod invoice_line;
mod invoice_payment;
mod list;
mod metadata;
mod number;
mod path;
mod read;
mod reference;
mod subscription;
mod table;
mod text;

pub use address::{Address, BillingDetails, CustomerDetails, ShippingDetails};
pub use charge::{Charge, Refund};
pub use checkout_session::{CheckoutSession, CustomField, LineItem, TotalDetails};
pub use invoice::{FinalizationError, Invoice};
pub use invoice_line::{InvoiceLine, Period};
pub use metadata::Metadata;
pub use reference::Reference;
pub use subscription::{CancellationDetails, Subscription, SubscriptionItem};

pub(super) use {
    de::kind,
    digest::digest,
    read::{Unread, read},
};
