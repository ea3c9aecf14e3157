//! Chunks beside a length. RFC 9112, 6.3: chunks override a length, and such a request "might
//! indicate an attempt to perform request smuggling". Hyper uses the chunks, and reads nothing
//! after them.

use crate::support::{
    ATTACK, BODY_LIMIT, CHUNKED, GENUINE, Raw, chunks, content_length, forgery, genuine_event,
    head, invalid, received, request, server::each_example, signature, signature_line,
};

#[tokio::test]
async fn chunks_beside_a_length_smuggle_nothing_in() {
    let body = genuine_event();
    let genuine = signature_line(&signature(&body));
    let forged = signature_line(&forgery());
    let whole = chunks(&body, 9) + "0\r\n\r\n";
    // A proxy that uses the length takes the second request for the body of the first.
    let hidden = "0\r\n\r\n".to_owned() + &request(&[&forged], ATTACK);
    let mut rows: Vec<_> = [0, 3, body.len(), BODY_LIMIT]
        .map(|length| (&genuine, length, &whole, received()))
        .into();
    rows.push((&forged, hidden.len(), &hidden, invalid()));
    rows.push((&genuine, hidden.len(), &hidden, invalid()));
    each_example(async |server| {
        for (signature, length, sent, expected) in &rows {
            let length = content_length(*length);
            for lines in [[&*length, CHUNKED], [CHUNKED, &length]] {
                let mut connection = Raw::connect(server.address).await;
                let head = head(&[signature, lines[0], lines[1]]);
                connection.send(head + sent).await;
                assert_eq!(connection.answer().await, *expected, "{lines:?}");
                if expected.0 == 200 {
                    server.has_handled(GENUINE).await;
                } else {
                    assert_eq!(connection.rest().await, [], "{lines:?}");
                }
            }
        }
    })
    .await;
}
