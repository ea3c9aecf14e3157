//! Requests that do not wait for the answer to the one before them.

use crate::support::{
    ATTACK, Answer, EXAMPLES, GENUINE, ambiguous, forgery, genuine_event, invalid, mac, malformed,
    missing,
    raw::{CHUNKED, Raw, chunks, delivery, forged, head, request, signed},
    received, rejected,
    server::Server,
    signature,
};

fn rejections() -> Vec<(String, Answer)> {
    let signature = signed(&signature(ATTACK));
    let stale = signed(&format!("t=1,v1={}", mac("1", ATTACK)));
    vec![
        (request(&[], ATTACK), missing()),
        (request(&[&signature, &signature], ATTACK), ambiguous()),
        (request(&[&signed("t=1")], ATTACK), malformed()),
        (
            request(&[&stale], ATTACK),
            rejected(401, "Webhook timestamp too old"),
        ),
        (forged(ATTACK), invalid()),
        (delivery("[]"), rejected(400, "Invalid payload")),
        (
            head(&[&signed(&forgery()), CHUNKED]) + &chunks(ATTACK, 9) + "0\r\n\r\n",
            invalid(),
        ),
    ]
}

#[tokio::test]
async fn each_request_of_one_write_gets_its_own_answer_in_order() {
    let genuine = (delivery(&genuine_event()), received());
    let mut requests = vec![genuine.clone()];
    for rejection in rejections() {
        requests.push(rejection.clone());
        requests.push(rejection);
        requests.push(genuine.clone());
    }
    let bytes: String = requests.iter().map(|(bytes, _)| &**bytes).collect();
    // The server's first read takes it all in. A rejected body of which some is still to come ends the connection instead.
    assert!(bytes.len() < 8192);
    for example in EXAMPLES {
        let mut server = Server::start(example).await;
        let mut connection = Raw::connect(server.address).await;
        connection.send(&bytes).await;
        for (at, (_, expected)) in requests.iter().enumerate() {
            assert_eq!(connection.answer().await, *expected, "{example}, {at}");
        }
        for _ in requests.iter().filter(|(_, answer)| answer.0 == 200) {
            server.has_handled(GENUINE).await;
        }
        server.delivers().await;
        drop(connection);
        server.ends_well().await;
    }
}
