//! The members of `data.object` that the crate reads, in every generation of the API. The fuzz
//! targets use them as well.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "the fuzz targets include this file"
)]

use serde_json::{Map, Value};

/// Each event type with the members of its object.
pub const OBJECTS: [(&str, &str); 7] = [
    ("charge.succeeded", CHARGE),
    ("charge.refunded", CHARGE),
    ("checkout.session.completed", CHECKOUT_SESSION),
    ("customer.subscription.created", SUBSCRIPTION),
    ("customer.subscription.deleted", SUBSCRIPTION),
    ("invoice.payment_succeeded", INVOICE),
    ("invoice.payment_failed", INVOICE),
];

const CHARGE: &str = "\
    id object amount amount_refunded currency description billing_details metadata status paid captured refunded created \
    livemode customer payment_intent invoice receipt_email receipt_url failure_code failure_message refunds";
const CHECKOUT_SESSION: &str = "\
    id object amount_total amount_subtotal currency mode payment_status livemode success_url cancel_url url customer \
    customer_email customer_details client_reference_id expires_at metadata payment_intent total_details productName \
    externalCustomerId status created subscription invoice payment_link setup_intent line_items shipping_details shipping \
    collected_information custom_fields payment_method_types locale";
const SUBSCRIPTION: &str = "\
    id object status customer currency cancel_at_period_end canceled_at ended_at trial_end latest_invoice metadata \
    current_period_start current_period_end items plan quantity created start_date start cancel_at trial_start \
    collection_method billing default_payment_method cancellation_details";
const INVOICE: &str = "\
    id object status customer customer_email amount_due amount_paid amount_remaining total currency attempt_count \
    next_payment_attempt hosted_invoice_url number billing_reason metadata subscription parent subscription_details \
    subscription_metadata lines lines_has_more created date customer_name subtotal tax total_taxes due_date invoice_pdf \
    paid_at status_transitions payment_intent payments charge collection_method billing default_payment_method period_start \
    period_end last_finalization_error";

/// The object of this sample with all members of its kind: `null` where it has none.
pub fn whole_object(members: &str, mut sample: Value) -> Map<String, Value> {
    let Value::Object(mut object) = sample["data"]["object"].take() else {
        unreachable!("a sample has an object")
    };
    for key in members.split(' ') {
        object.entry(key).or_insert(Value::Null);
    }
    object
}
