//! Requests that do not wait for the response to the one before them.

use crate::support::{
    ATTACK, CHUNKED, GENUINE, Raw, chunks, delivery, forgery, genuine_event, head, received,
    rejected, request, server::each_example, signature, signature_line, stale,
};

#[tokio::test]
async fn each_request_of_one_write_gets_its_own_response_in_order() {
    let genuine = (delivery(&genuine_event()), received());
    let signed = signature_line(&signature(ATTACK));
    let forged = signature_line(&forgery());
    let malformed = signature_line("t=1");
    let stale = signature_line(&stale(ATTACK));
    let in_chunks = |value: &str, body: &str| {
        head(&[&signature_line(value), CHUNKED]) + &chunks(body, 9) + "0\r\n\r\n"
    };
    let event = genuine_event();
    let mut requests = vec![(in_chunks(&signature(&event), &event), received())];
    for (request, text) in [
        (request(&[], ATTACK), "Missing signature"),
        (request(&[&signed, &signed], ATTACK), "Ambiguous signature"),
        (request(&[&malformed], ATTACK), "Malformed signature"),
        (request(&[&stale], ATTACK), "Webhook timestamp too old"),
        (request(&[&forged], ATTACK), "Invalid signature"),
        (delivery("[]"), "Invalid payload"),
        (in_chunks(&forgery(), ATTACK), "Invalid signature"),
    ] {
        let rejected = (request, rejected(text));
        requests.extend([rejected.clone(), rejected, genuine.clone()]);
    }
    let bytes: String = requests.iter().map(|(bytes, _)| &**bytes).collect();
    // One read of the server. A rejected body that is not read whole ends the connection instead.
    assert!(bytes.len() < 8192);
    each_example(async |server| {
        let mut connection = Raw::connect(server.address).await;
        connection.send(&bytes).await;
        for (at, (_, expected)) in requests.iter().enumerate() {
            assert_eq!(connection.answer().await, *expected, "{at}");
        }
        for _ in requests.iter().filter(|(_, response)| response.0 == 200) {
            server.has_handled(GENUINE).await;
        }
    })
    .await;
}
