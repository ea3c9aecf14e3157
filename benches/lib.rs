//! What the benches share.

use std::time::SystemTime;

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use tower_loops::{SIGNATURE_HEADER, Secret, Signer};

/// The secret of every bench.
pub fn secret() -> Secret {
    Secret::new("whsec_bench").expect("it is not empty")
}

/// A signed delivery of an event of about 1.5 KiB with line items, under an id of its own.
pub fn delivery(signer: &Signer, number: usize) -> Request<Full<Bytes>> {
    let items: Vec<String> = (0..6).map(line_item).collect();
    let body = format!(
        r#"{{"id":"evt_{number}","object":"event","created":1700000000,"livemode":true,"type":"invoice.payment_succeeded","data":{{"object":{{"id":"in_{number}","amount_paid":4900,"currency":"usd","customer":"cus_9s6XKzkNRiz8i3","customer_email":"ada@example.com","lines":{{"data":[{}]}}}}}}}}"#,
        items.join(",")
    );
    let signature = signer.sign(body.as_bytes(), SystemTime::now());
    Request::post("/api/webhooks/loops")
        .header(SIGNATURE_HEADER, signature)
        .body(Full::from(body))
        .expect("it is a request")
}

fn line_item(number: usize) -> String {
    format!(
        r#"{{"id":"il_{number}","amount":{},"currency":"usd","description":"Pro plan, seat {number} (at $49.00 / month)","period":{{"end":1702592000,"start":1700000000}},"quantity":1,"metadata":{{"order_id":"ord_{number}"}}}}"#,
        4900 + number
    )
}
