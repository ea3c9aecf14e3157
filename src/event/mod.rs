//! The event: what a verified body says.

mod envelope;
mod error;
mod event_data;
mod event_type;
mod locate;
mod object;
mod payload_text;
mod reading;
mod stored;
mod verified;

pub use error::{ObjectError, PayloadError};
pub use event_data::{EventData, EventObject};
pub use event_type::{EventType, OtherEventType};
pub use object::{
    Address, BillingDetails, CancellationDetails, Charge, CheckoutSession, CustomField,
    CustomerDetails, FinalizationError, Invoice, InvoiceLine, LineItem, Metadata, Period,
    Reference, Refund, ShippingDetails, Subscription, SubscriptionItem, TotalDetails,
};
pub use stored::StoredEvent;
pub use verified::VerifiedEvent;
