//! Objects in the shapes that the API has had since 2013 (`vectors/objects.json`): the fields that
//! are read, those named as unreadable, and the results of the accessors.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json, value::RawValue};
use tower_loops::{Charge, CheckoutSession, EventData, Invoice, Reference, Subscription};

use crate::event;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    name: String,
    r#type: String,
    /// As it was sent: a `Value` would lose the spelling of numbers, and members that are repeated.
    object: Box<RawValue>,
    /// The object as this crate writes it.
    read: Value,
    #[serde(default)]
    unreadable: Vec<String>,
    #[serde(default)]
    calls: Map<String, Value>,
}

fn vectors() -> Vec<Vector> {
    serde_json::from_str(include_str!("vectors/objects.json")).expect("vectors")
}

/// Asserts that the vector is read, by itself and in an event.
fn assert_read<T>(vector: &Vector, object: &T, unreadable: &[String], calls: Value)
where
    T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let name = &vector.name;
    let alone: T = serde_json::from_str(vector.object.get()).expect(name);
    assert_eq!(alone, *object, "{name}");
    assert_eq!(json!(object), vector.read, "{name}");
    let paths = unreadable
        .iter()
        .map(|path| path.strip_prefix("data.object."));
    let mut paths: Vec<_> = paths.map(Option::unwrap).collect();
    paths.sort_unstable();
    assert_eq!(paths, vector.unreadable, "{name}");
    let Value::Object(mut calls) = calls else {
        unreachable!("accessors have names")
    };
    calls.retain(|_, result| !result.is_null() && *result != false);
    assert_eq!(calls, vector.calls, "{name}");
}

#[test]
fn objects_of_every_generation_are_read() {
    fn id(reference: &Option<Reference>) -> Option<&str> {
        reference.as_ref().map(Reference::id)
    }
    for vector in &vectors() {
        match event(&vector.r#type, vector.object.get()).data().unwrap() {
            EventData::ChargeRefunded(it) => {
                assert_eq!(it.refunds(), it.refunds);
                assert_read(vector, &it, it.unreadable(), json!({}));
            }
            EventData::CheckoutSessionCompleted(it) => {
                for item in it.line_items() {
                    let fields = (id(&item.price), id(&item.product));
                    assert_eq!((item.price(), item.product()), fields);
                }
                assert_read(vector, &it, it.unreadable(), json!({}));
            }
            EventData::CustomerSubscriptionDeleted(it) => {
                for item in it.items() {
                    let fields = (id(&item.price), id(&item.product));
                    assert_eq!((item.price(), item.product()), fields);
                }
                let (start, end) = (it.current_period_start(), it.current_period_end());
                let calls = json!({"start": start, "end": end});
                assert_read(vector, &it, it.unreadable(), calls);
            }
            EventData::InvoicePaymentSucceeded(it) => {
                for line in it.lines() {
                    let fields = (id(&line.price), id(&line.product), &line.subscription);
                    let calls = (line.price(), line.product(), &line.subscription().cloned());
                    assert_eq!(calls, fields);
                }
                let calls = json!({
                    "truncated": it.lines_truncated(),
                    "subscription": it.subscription(),
                    "metadata": it.subscription_metadata(),
                    "paid_until": it.paid_until(),
                });
                assert_read(vector, &it, it.unreadable(), calls);
            }
            other => panic!("{}: {other:?}", vector.name),
        }
    }
}

/// The members of the object that was read, as this crate writes it.
fn read(name: &str) -> (Value, Box<RawValue>) {
    let mut vectors = vectors().into_iter();
    let vector = vectors.find(|vector| vector.name == name);
    vector.map(|it| (it.read, it.object)).expect(name)
}

/// Each of these fields has the value of the member of its own name.
macro_rules! assert_fields {
    ($object:expr, $json:expr; $($field:ident)*) => {$(
        let (field, member) = (json!($object.$field), &$json[stringify!($field)]);
        assert!(!field.is_null() && field == *member, "{}: {field}", stringify!($field));
    )*};
}

#[test]
fn each_field_is_read_from_its_own_member() {
    let (json, sent) = read("charge");
    let charge: Charge = serde_json::from_str(sent.get()).unwrap();
    assert_fields!(charge, json; id amount amount_refunded currency description metadata status
        billing_details paid captured refunded created livemode customer payment_intent invoice
        receipt_email receipt_url failure_code failure_message refunds);
    assert_fields!(charge.refunds[0], json["refunds"][0]; id amount reason status created);
    let (payer, json) = (charge.billing_details.unwrap(), &json["billing_details"]);
    assert_fields!(payer, json; name email phone address);
    let (address, json) = (payer.address.unwrap(), &json["address"]);
    assert_fields!(address, json; country city line1 line2 postal_code state);

    let (json, sent) = read("session");
    let session: CheckoutSession = serde_json::from_str(sent.get()).unwrap();
    assert_fields!(session, json; id created expires_at livemode status amount_total amount_subtotal
        currency mode payment_status success_url cancel_url url customer customer_email subscription
        invoice payment_intent payment_link setup_intent client_reference_id customer_details
        total_details shipping_details payment_method_types locale metadata custom_fields line_items);
    assert_eq!(json!(session.product_name), json["productName"]);
    let seen = json!(session.external_customer_id);
    assert_eq!(seen, json["externalCustomerId"]);
    let item = &json["line_items"][0];
    assert_fields!(session.line_items[0], item; id amount_total currency description quantity);
    let (customer, of) = (session.customer_details.unwrap(), &json["customer_details"]);
    assert_fields!(customer, of; name email phone address);
    let (totals, of) = (session.total_details.unwrap(), &json["total_details"]);
    assert_fields!(totals, of; amount_discount amount_shipping amount_tax);
    let (shipping, of) = (session.shipping_details.unwrap(), &json["shipping_details"]);
    assert_fields!(shipping, of; name address);

    let (json, sent) = read("subscription of 2013: one plan");
    let subscription: Subscription = serde_json::from_str(sent.get()).unwrap();
    assert_fields!(subscription, json; id status customer currency created start_date items
        cancel_at_period_end cancel_at canceled_at ended_at cancellation_details trial_start trial_end
        current_period_start current_period_end latest_invoice collection_method
        default_payment_method metadata);
    let details = subscription.cancellation_details.unwrap();
    assert_fields!(details, json["cancellation_details"]; reason feedback comment);
    let (json, sent) = read("item with a price and a period");
    let item = &serde_json::from_str::<Subscription>(sent.get())
        .unwrap()
        .items[0];
    assert_fields!(item, json["items"][0]; id quantity price product current_period_start
        current_period_end metadata);

    let (json, sent) = read("invoice");
    let invoice: Invoice = serde_json::from_str(sent.get()).unwrap();
    assert_fields!(invoice, json; id status customer customer_email customer_name created amount_due
        amount_paid amount_remaining subtotal tax total currency attempt_count next_payment_attempt
        due_date paid_at period_start period_end hosted_invoice_url invoice_pdf number billing_reason
        collection_method default_payment_method payment_intent charge last_finalization_error
        metadata);
    let error = invoice.last_finalization_error.unwrap();
    assert_fields!(error, json["last_finalization_error"]; code message);
    let (json, sent) = read("line with a price beside a plan");
    let line = &serde_json::from_str::<Invoice>(sent.get()).unwrap().lines[0];
    let json = &json["lines"][0];
    assert_fields!(line, json; id amount currency description quantity proration price product
        subscription metadata period);
    assert_eq!(json!(line.kind), json["type"]);
    assert_fields!(line.period.as_ref().unwrap(), json["period"]; start end);
}
