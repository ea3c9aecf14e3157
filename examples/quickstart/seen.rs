//! What the handler reads from an event, through the types of the crate.

use tower_loops::{
    Charge, CheckoutSession, EventObject, EventType, Invoice, Subscription, VerifiedEvent,
};

use crate::money::Money;

/// What the handler saw of one event.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) summary: String,
    pub(crate) secret_index: usize,
}

impl Seen {
    pub(crate) fn of(event: &VerifiedEvent) -> Self {
        Self {
            summary: summary(event),
            secret_index: event.secret_index(),
        }
    }
}

/// One line on the object of the event: amount, customer, order.
pub(crate) fn summary(event: &VerifiedEvent) -> String {
    let object = match event.object() {
        Ok(object) => object,
        Err(error) => return error.to_string(),
    };
    match object {
        EventObject::Charge(charge) if *event.event_type() == EventType::ChargeRefunded => {
            refund(&charge)
        }
        EventObject::Charge(charge) => payment(&charge),
        EventObject::CheckoutSession(session) => checkout(&session),
        EventObject::Subscription(subscription) => membership(&subscription),
        EventObject::Invoice(invoice) => bill(&invoice),
        EventObject::Other(json) => {
            format!("unknown type, {} as JSON", text(json["id"].as_str()))
        }
        _ => "an object that this example does not know".to_owned(),
    }
}

fn payment(charge: &Charge) -> String {
    let amount = money(charge.amount, &charge.currency);
    format!("{amount}, {}, order {}", payer(charge), order(charge))
}

fn refund(charge: &Charge) -> String {
    let back = money(charge.amount_refunded, &charge.currency);
    format!("{back} back, {}, order {}", payer(charge), order(charge))
}

fn checkout(session: &CheckoutSession) -> String {
    let amount = money(session.amount_total, &session.currency);
    let email = session
        .customer_details
        .as_ref()
        .and_then(|details| details.email.as_deref());
    let status = text(session.payment_status.as_deref());
    format!("{amount} {status}, {}", text(email))
}

fn membership(subscription: &Subscription) -> String {
    let customer = subscription.customer.as_ref().map(|customer| customer.id());
    let status = text(subscription.status.as_deref());
    format!(
        "{} {status}, {}",
        text(subscription.id.as_deref()),
        text(customer)
    )
}

fn bill(invoice: &Invoice) -> String {
    let amount = money(invoice.total, &invoice.currency);
    let status = text(invoice.status.as_deref());
    let subscription = invoice.subscription().map(|subscription| subscription.id());
    let tries = invoice.attempt_count.unwrap_or_default();
    format!("{amount} {status}, try {tries}, {}", text(subscription))
}

fn payer(charge: &Charge) -> &str {
    let name = charge.billing_details.as_ref().map(|payer| &payer.name);
    text(name.and_then(|name| name.as_deref()))
}

fn order(charge: &Charge) -> &str {
    let metadata = charge.metadata.as_ref();
    text(metadata.and_then(|pairs| pairs.get("order_id").map(String::as_str)))
}

fn money(minor: Option<i64>, currency: &Option<String>) -> String {
    match (minor, currency) {
        (Some(minor), Some(currency)) => Money { minor, currency }.to_string(),
        _ => "no amount".to_owned(),
    }
}

/// Every field is optional: what is absent is shown as such.
fn text(field: Option<&str>) -> &str {
    field.unwrap_or("?")
}
