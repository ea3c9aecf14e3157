//! Requests that do not wait for the response to the one before them.

use crate::support::{
    ATTACK, CHUNKED, GENUINE, Raw, Reply, ambiguous, chunks, delivery, forged, forgery,
    genuine_event, head, invalid, malformed, missing, received, rejected, request,
    server::each_example, signature, signature_line, stale, too_old,
};

fn rejections() -> Vec<(String, Reply)> {
    let signature = signature_line(&signature(ATTACK));
    let stale = signature_line(&stale(ATTACK));
    let in_chunks = head(&[&signature_line(&forgery()), CHUNKED]) + &chunks(ATTACK, 9);
    vec![
        (request(&[], ATTACK), missing()),
        (request(&[&signature, &signature], ATTACK), ambiguous()),
        (request(&[&signature_line("t=1")], ATTACK), malformed()),
        (request(&[&stale], ATTACK), too_old()),
        (forged(ATTACK), invalid()),
        (delivery("[]"), rejected(400, "Invalid payload")),
        (in_chunks + "0\r\n\r\n", invalid()),
    ]
}

#[tokio::test]
async fn each_request_of_one_write_gets_its_own_response_in_order() {
    let genuine = (delivery(&genuine_event()), received());
    let mut requests = vec![genuine.clone()];
    for rejection in rejections() {
        requests.extend([rejection.clone(), rejection, genuine.clone()]);
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
