//! Clients that disconnect at every point of a delivery. The delivery is genuine: whole, it would
//! be handled.

use crate::support::{
    ATTACK, Raw, channel, data, delivery,
    http2::{Http2, post},
    pieces, received, rejected,
    server::each_example,
    signature, within_reason,
};

#[tokio::test]
async fn a_delivery_that_ends_early_is_not_handled_wherever_it_ends() {
    let whole = delivery(ATTACK);
    let head = whole.len() - ATTACK.len();
    each_example(async |server| {
        for end in 0..whole.len() {
            let mut gone = Raw::connect(server.address).await;
            gone.send(&whole[..end]).await;
            drop(gone);
            let mut listening = Raw::connect(server.address).await;
            listening.send(&whole[..end]).await;
            listening.finish().await;
            let expected = (end >= head).then(|| rejected("Unreadable body"));
            assert_eq!(listening.rest().await, Vec::from_iter(expected), "{end}");
            if end % 20 == 0 {
                server.delivers().await;
            }
        }
        let mut connection = Raw::connect(server.address).await;
        connection.send(&whole).await;
        assert_eq!(connection.answer().await, received());
        server.has_handled("hostile.attack").await;
    })
    .await;
}

#[tokio::test]
async fn an_http2_request_that_is_cancelled_is_not_handled() {
    let value = signature(ATTACK);
    each_example(async |server| {
        // All of the body may be there, but not its end.
        for sent in [0, 1, ATTACK.len() / 2, ATTACK.len()] {
            let connection = Http2::connect(server.address).await;
            let start = || {
                let (sender, body) = channel();
                sender.send(data(&ATTACK[..sent])).unwrap();
                (connection.start(post(Some(&value), body)), sender)
            };
            // Dropping the response resets the request.
            let (reset, _sender) = start();
            let (unfinished, _sender) = start();
            // A response on this connection shows that the server has read so far.
            let another = || post(None, pieces(ATTACK, 9));
            assert_eq!(connection.send(another()).await.0, 400, "{sent}");
            reset.abort();
            assert!(reset.await.unwrap_err().is_cancelled());
            assert_eq!(connection.send(another()).await.0, 400, "{sent}");
            server.delivers().await;
            connection.disconnect();
            let response = within_reason(unfinished).await.unwrap();
            assert!(response.is_err(), "{sent}: {response:?}");
        }
    })
    .await;
}
