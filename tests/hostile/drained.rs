//! The drain on a real connection: a client that waits, or has declared too much, is answered at
//! once. `endless` tests its bound in bytes.

use crate::support::{
    BODY_LIMIT, CHUNKED, GENUINE, Raw, content_length, forgery, genuine_event, head, received,
    rejected, server::each_example, signature, signature_line,
};

#[tokio::test]
async fn a_client_that_waits_for_the_answer_does_not_wait_for_the_drain() {
    let forged = signature_line(&forgery());
    let expect = "expect: 100-continue";
    let (short, over) = (content_length(1000), content_length(BODY_LIMIT + 1));
    let rows = [
        (vec![expect, &short], "Missing signature"),
        (vec![expect, CHUNKED], "Missing signature"),
        (vec![&over], "Missing signature"),
        (vec![&over, &forged], "Payload too large"),
    ];
    each_example(async |server| {
        for (lines, expected) in &rows {
            // Drained, and answered when no data has arrived for two seconds.
            let mut drained = Raw::connect(server.address).await;
            drained.send(head(&[&short])).await;
            let mut connection = Raw::connect(server.address).await;
            connection.send(head(lines)).await;
            // No status 100 comes before it.
            tokio::select! {
                biased;
                answer = connection.answer() => assert_eq!(answer, rejected(expected), "{lines:?}"),
                _ = drained.answer() => panic!("{lines:?}: drained"),
            }
        }
        // The server asks for the body of a client whose header is right.
        let body = genuine_event();
        let mut connection = Raw::connect(server.address).await;
        let genuine = signature_line(&signature(&body));
        let lines = [expect, &genuine, &content_length(body.len())];
        connection.send(head(&lines)).await;
        assert_eq!(connection.answer().await.0, 100);
        connection.send(body).await;
        assert_eq!(connection.answer().await, received());
        server.has_handled(GENUINE).await;
    })
    .await;
}
