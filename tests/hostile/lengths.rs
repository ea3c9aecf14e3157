//! Lengths that are not those of what is sent.

use crate::support::{
    ATTACK, BODY_LIMIT, EXAMPLES, GENUINE, genuine_event,
    http2::{Http2, pieces, post},
    invalid, missing,
    raw::{Raw, by_the_server, content_length, delivery, forged, head, request, signed},
    received, rejected,
    server::Server,
    signature,
};

#[tokio::test]
async fn a_body_that_is_shorter_than_declared_is_unreadable() {
    // It is signed as it was sent: only its length is wrong.
    let signature = signed(&signature(ATTACK));
    for example in EXAMPLES {
        let server = Server::start(example).await;
        for declared in [ATTACK.len() + 1, 2 * ATTACK.len(), BODY_LIMIT] {
            let mut connection = Raw::connect(server.address).await;
            let head = head(&[&signature, &content_length(declared)]);
            connection.send(head + ATTACK).await;
            connection.finish().await;
            let answers = connection.rest().await;
            let expected = [rejected(400, "Unreadable body")];
            assert_eq!(answers, expected, "{example}, {declared}");
        }
        server.ends_well().await;
    }
}

#[tokio::test]
async fn what_follows_a_body_is_another_request_or_nothing() {
    let body = genuine_event();
    for example in EXAMPLES {
        let mut server = Server::start(example).await;
        for (name, after, second) in [
            ("the body again", body.clone(), None),
            ("zeros", "\0".repeat(100), None),
            ("an unsigned request", request(&[], ATTACK), Some(missing())),
            ("a forged request", forged(ATTACK), Some(invalid())),
        ] {
            let mut connection = Raw::connect(server.address).await;
            connection.send(delivery(&body) + &after).await;
            assert_eq!(connection.answer().await, received(), "{example}, {name}");
            server.has_handled(GENUINE).await;
            if let Some(expected) = second {
                let answer = connection.answer().await;
                assert_eq!(answer, expected, "{example}, {name}");
            } else {
                let answers = connection.rest().await;
                assert!(by_the_server(&answers), "{example}, {name}: {answers:?}");
            }
            server.delivers().await;
        }
        server.ends_well().await;
    }
}

#[tokio::test]
async fn a_length_cannot_move_the_end_of_what_is_signed() {
    let long = format!("{ATTACK}    ");
    for example in EXAMPLES {
        let server = Server::start(example).await;
        // An event either way, with and without the spaces, but signed only the other way.
        for (name, signed_text, declared) in [
            ("cut", &*long, ATTACK.len()),
            ("stretched", ATTACK, long.len()),
        ] {
            let head = head(&[&signed(&signature(signed_text)), &content_length(declared)]);
            let mut connection = Raw::connect(server.address).await;
            connection.send(head + &long).await;
            assert_eq!(connection.answer().await, invalid(), "{example}, {name}");
        }
        server.ends_well().await;
    }
}

#[tokio::test]
async fn http2_ends_a_request_that_is_not_as_long_as_declared() {
    let value = signature(ATTACK);
    for example in EXAMPLES {
        let server = Server::start(example).await;
        let connection = Http2::connect(server.address).await;
        for declared in [0, ATTACK.len() - 1, ATTACK.len() + 1, BODY_LIMIT] {
            let declared = declared.to_string();
            let headers = [
                ("content-length", &*declared),
                ("x-loops-signature", &value),
            ];
            for size in [7, 4096] {
                let request = post(&headers, pieces(ATTACK, size));
                let answer = connection.try_send(request).await;
                let name = format!("{example}, {declared} by {size}");
                // The reset may come when the answer has been given already, and then it is a rejection.
                let handled = matches!(answer, Ok((200, _)));
                assert!(!handled, "{name}: {answer:?}");
            }
        }
        drop(connection);
        server.ends_well().await;
    }
}
