//! Events as a payment provider sends them.

use bytes::Bytes;
use serde_json::Value;

pub const KIB: usize = 1024;

/// A small event, one of many line items, a very large one, and the largest within the default
/// limit.
pub const SIZES: [usize; 4] = [1536, 16 * KIB, 256 * KIB, KIB * KIB];

/// An event about a paid invoice, as compact JSON: at most `size` bytes, and less by no more than
/// a line item.
///
/// It has what real ones have and parsers pay for: nested objects, long and short strings, some not
/// ASCII or escaped, integers, fractions, booleans, nulls and metadata. Stripe's types read it too.
pub fn event(number: usize, size: usize) -> Bytes {
    let mut json = format!(
        r#"{{"id":"evt_{number}","object":"event","api_version":"2025-03-31.basil","created":1700000000,"livemode":true,"pending_webhooks":1,"request":null,"type":"invoice.payment_succeeded","data":{{"object":{{"id":"in_{number}","object":"invoice","amount_due":4900,"amount_overpaid":0,"amount_paid":4900,"amount_remaining":0,"amount_shipping":0,"attempt_count":1,"attempted":true,"automatic_tax":{{"enabled":false}},"collection_method":"charge_automatically","created":1700000000,"currency":"usd","customer":"cus_9s6XKzkNRiz8i3","default_tax_rates":[],"discounts":[],"due_date":null,"issuer":{{"type":"self"}},"livemode":true,"lines":{{"object":"list","has_more":false,"url":"/v1/lines","data":["#
    );
    let tail = r#"]},"metadata":{"order_id":"ord_6735"},"payment_settings":{},"period_end":1700000000,"period_start":1700000000,"post_payment_credit_notes_amount":0,"pre_payment_credit_notes_amount":0,"starting_balance":-100,"status_transitions":{},"subtotal":4900,"tax_percent":8.875,"total":4900}}}"#;
    let mut item = line_item(0);
    for number in 1.. {
        json.push_str(&item);
        item = format!(",{}", line_item(number));
        if json.len() + item.len() + tail.len() > size {
            break;
        }
    }
    json.push_str(tail);
    json.into()
}

/// An event about a charge with twenty members that the crate does not know, as compact JSON: at
/// most `size` bytes, and less by no more than an entry of a list in one of them.
pub fn charge(size: usize) -> Bytes {
    let mut json = r#"{"id":"evt_1","object":"event","api_version":"2025-03-31.basil","created":1700000000,"livemode":true,"type":"charge.succeeded","data":{"object":{"id":"ch_1","object":"charge","amount":4900,"amount_captured":4900,"amount_refunded":0,"application":null,"application_fee":null,"application_fee_amount":null,"balance_transaction":"txn_9s6XKzkNRiz8i3","billing_details":{"address":{"city":"Zürich","country":"CH","line1":"Gasse 1","line2":null,"postal_code":"8001","state":null},"email":"zoe@example.com","name":"Zoë","phone":null},"calculated_statement_descriptor":"EXAMPLE","captured":true,"created":1700000000,"currency":"usd","customer":"cus_9s6XKzkNRiz8i3","description":"1 × Pro plan \"annual\"","destination":null,"dispute":null,"disputed":false,"fraud_details":{},"livemode":true,"metadata":{"order_id":"ord_6735"},"on_behalf_of":null,"order":null,"outcome":{"network_status":"approved_by_network","risk_level":"normal","risk_score":7},"paid":true,"payment_intent":"pi_1","payment_method":"pm_1","receipt_email":null,"receipt_url":"https://pay.example.com/r/1","refunded":false,"review":null,"source":null,"source_transfer":null,"statement_descriptor":null,"status":"succeeded","transfer_group":null,"level3":["#.to_owned();
    let tail = "]}}}";
    let entry = r#"{"product_code":"pro","quantity":1,"unit_cost":4900,"tax_amount":0,"product_description":"1 × Pro plan"}"#;
    let mut separator = "";
    while json.len() + separator.len() + entry.len() + tail.len() <= size {
        json.extend([separator, entry]);
        separator = ",";
    }
    json.push_str(tail);
    json.into()
}

/// The same JSON with line breaks, and two spaces of indentation a level.
pub fn indented(json: &[u8]) -> Bytes {
    let value: Value = serde_json::from_slice(json).expect("JSON");
    serde_json::to_vec_pretty(&value).expect("JSON").into()
}

/// A body that is rejected before it is read.
pub fn unread(size: usize) -> Bytes {
    vec![b' '; size].into()
}

fn line_item(number: usize) -> String {
    let amount = 4900 + number;
    format!(
        r#"{{"id":"il_{number}","amount":{amount},"currency":"usd","description":"1 × Pro plan \"seat {number}\" (at $49.00 / month)","discountable":true,"discounts":[],"livemode":true,"metadata":{{"order_id":"ord_{number}"}},"parent":null,"period":{{"end":1702592000,"start":1700000000}},"subtotal":{amount}}}"#
    )
}
