//! What the handler reads from an event, through the types of the crate.

use tower_loops::{
    Charge, CheckoutSession, EventData, EventObject, Invoice, Metadata, Money, Reference,
    Subscription, VerifiedEvent,
};

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
    match event.data() {
        Ok(EventData::ChargeSucceeded(charge)) => payment(&charge),
        Ok(EventData::ChargeRefunded(charge)) => refund(event, &charge),
        Ok(EventData::CheckoutSessionCompleted(session)) => checkout(&session),
        Ok(
            EventData::CustomerSubscriptionCreated(subscription)
            | EventData::CustomerSubscriptionDeleted(subscription),
        ) => membership(&subscription),
        Ok(
            EventData::InvoicePaymentSucceeded(invoice) | EventData::InvoicePaymentFailed(invoice),
        ) => bill(&invoice),
        Ok(EventData::Other(EventObject::Other(json))) => {
            format!("plain JSON, id {}", text(json["id"].as_str()))
        }
        Ok(_) => "an object that this example does not know".to_owned(),
        Err(error) => error.to_string(),
    }
}

fn payment(charge: &Charge) -> String {
    let amount = money(charge.amount, &charge.currency);
    format!(
        "{amount}, {}, order {}",
        payer(charge),
        order(&charge.metadata)
    )
}

/// `amount_refunded` is the sum of all refunds: what is new is the difference to its previous value.
fn refund(event: &VerifiedEvent, charge: &Charge) -> String {
    let previous: Option<Charge> = event.previous_as().unwrap_or_default();
    let previous = previous.and_then(|previous| previous.amount_refunded);
    let new = charge
        .amount_refunded
        .map(|sum| sum.saturating_sub(previous.unwrap_or(0)));
    let back = money(new, &charge.currency);
    format!(
        "{back} back, {}, order {}",
        payer(charge),
        order(&charge.metadata)
    )
}

fn checkout(session: &CheckoutSession) -> String {
    let amount = money(session.amount_total, &session.currency);
    let customer = session.customer_details.as_ref();
    let name = text(customer.and_then(|customer| customer.name.as_deref()));
    format!("{amount}, {name}, order {}", order(&session.metadata))
}

fn membership(subscription: &Subscription) -> String {
    let status = text(subscription.status.as_deref());
    let customer = text(subscription.customer.as_ref().map(Reference::id));
    format!(
        "{status}, {customer}, order {}",
        order(&subscription.metadata)
    )
}

fn bill(invoice: &Invoice) -> String {
    let amount = money(invoice.total, &invoice.currency);
    let status = text(invoice.status.as_deref());
    format!(
        "{amount} {status}, {}",
        text(invoice.customer_email.as_deref())
    )
}

fn payer(charge: &Charge) -> &str {
    let payer = charge.billing_details.as_ref();
    text(payer.and_then(|payer| payer.name.as_deref()))
}

fn order(metadata: &Option<Metadata>) -> &str {
    let order = metadata.as_ref().and_then(|pairs| pairs.get("order_id"));
    text(order.map(String::as_str))
}

fn money(minor: Option<i64>, currency: &Option<String>) -> Money<'_> {
    Money::new(minor, currency.as_deref())
}

/// Every field is optional: what is absent is shown as such.
fn text(field: Option<&str>) -> &str {
    field.unwrap_or("?")
}
