//! Senders that disconnect, at every point of a delivery. The delivery is genuine: if it were whole, it would be handled.

use crate::support::{
    ATTACK, EXAMPLES,
    http2::{Http2, data, fed, pieces, post},
    raw::{Raw, delivery},
    received, rejected,
    server::Server,
    signature, within_reason,
};

#[tokio::test]
async fn a_delivery_that_ends_early_is_not_handled_wherever_it_ends() {
    let whole = delivery(ATTACK);
    let head = whole.len() - ATTACK.len();
    for example in EXAMPLES {
        let mut server = Server::start(example).await;
        for end in 0..whole.len() {
            let mut connection = Raw::connect(server.address).await;
            connection.send(&whole[..end]).await;
            connection.finish().await;
            let answers = connection.rest().await;
            let expected = (end >= head).then(|| rejected(400, "Unreadable body"));
            assert_eq!(answers, Vec::from_iter(expected), "{example}, {end}");
            if end % 20 == 0 {
                server.delivers().await;
            }
        }
        // What was cut off all the time, is handled when it is not.
        let mut connection = Raw::connect(server.address).await;
        connection.send(whole.clone()).await;
        assert_eq!(connection.answer().await, received(), "{example}");
        server.has_handled("hostile.attack").await;
        drop(connection);
        server.ends_well().await;
    }
}

#[tokio::test]
async fn a_sender_that_is_gone_leaves_nothing_behind_wherever_it_went() {
    let whole = delivery(ATTACK);
    for example in EXAMPLES {
        let mut server = Server::start(example).await;
        for end in 0..whole.len() {
            let mut connection = Raw::connect(server.address).await;
            connection.send(&whole[..end]).await;
            drop(connection);
            if end % 20 == 0 {
                server.delivers().await;
            }
        }
        server.ends_well().await;
    }
}

#[tokio::test]
async fn an_http2_connection_may_go_with_its_requests_open() {
    let value = signature(ATTACK);
    let headers = [("x-loops-signature", &*value)];
    for example in EXAMPLES {
        let mut server = Server::start(example).await;
        // All of the body may be there, as long as the end of it is not.
        for sent in [0, 1, ATTACK.len() / 2, ATTACK.len()] {
            let connection = Http2::connect(server.address).await;
            let (feed, body) = fed();
            let unfinished = connection.start(post(&headers, body));
            feed.send(data(&ATTACK[..sent])).unwrap();
            // What is answered on this connection shows that the server has got so far.
            let another = post(&[], pieces(ATTACK, 9));
            assert_eq!(connection.send(another).await.0, 400, "{example}, {sent}");
            server.delivers().await;
            connection.disconnect();
            let answer = within_reason(unfinished).await.unwrap();
            assert!(answer.is_err(), "{example}, {sent}: {answer:?}");
        }
        server.ends_well().await;
    }
}

#[tokio::test]
async fn http2_requests_may_be_given_up_one_by_one() {
    let value = signature(ATTACK);
    let headers = [("x-loops-signature", &*value)];
    for example in EXAMPLES {
        let mut server = Server::start(example).await;
        let connection = Http2::connect(server.address).await;
        for round in 0..50 {
            let (feed, body) = fed();
            let given_up = connection.start(post(&headers, body));
            feed.send(data(&ATTACK[..round % ATTACK.len()])).unwrap();
            let another = post(&[], pieces(ATTACK, 9));
            assert_eq!(connection.send(another).await.0, 400, "{example}, {round}");
            // Dropping the response resets the request.
            given_up.abort();
            assert!(given_up.await.unwrap_err().is_cancelled());
        }
        server.delivers().await;
        drop(connection);
        server.ends_well().await;
    }
}
