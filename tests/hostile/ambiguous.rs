//! Headers with two meanings: an attacker cannot choose which one counts.

use crate::support::{
    ATTACK, BODY_LIMIT, CHUNKED, EXAMPLES, GENUINE, Raw, ambiguous, by_the_server, chunks,
    content_length, forgery, genuine_event, head,
    http2::{Http2, post},
    invalid, pieces, received, request,
    server::Server,
    signature, signature_line,
};

/// Values of the signature header, each in a line of its own.
fn signatures() -> [Vec<String>; 4] {
    let (good, bad) = (signature(ATTACK), forgery());
    [
        vec![good.clone(), good.clone()],
        vec![good.clone(), bad.clone()],
        vec![bad, good.clone()],
        good.split(',').map(str::to_owned).collect(),
    ]
}

#[tokio::test]
async fn a_second_signature_line_is_rejected_on_both_protocols() {
    for example in EXAMPLES {
        let mut server = Server::start(example).await;
        let http2 = Http2::connect(server.address).await;
        for values in signatures() {
            let lines: Vec<String> = values.iter().map(|value| signature_line(value)).collect();
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let mut raw = Raw::connect(server.address).await;
            raw.send(request(&lines, ATTACK)).await;
            assert_eq!(raw.answer().await, ambiguous(), "{example}, {values:?}");

            let headers = values.iter().map(|value| ("x-loops-signature", &**value));
            let headers: Vec<_> = headers.collect();
            let response = http2.send(post(&headers, pieces(ATTACK, 9))).await;
            assert_eq!(response, ambiguous(), "{example}, {values:?}, HTTP/2");
        }
        server.delivers().await;
        drop(http2);
        server.ends_well().await;
    }
}

#[tokio::test]
async fn the_server_rejects_lengths_that_contradict_each_other() {
    let signature = signature_line(&signature(ATTACK));
    let right = content_length(ATTACK.len());
    assert_eq!(right, "content-length: 38");
    for example in EXAMPLES {
        let mut server = Server::start(example).await;
        for (name, lines) in [
            ("shorter last", [&*right, "content-length: 3"]),
            ("shorter first", ["content-length: 3", &right]),
            ("longer last", [&right, "content-length: 300"]),
            ("list", ["content-length: 38, 38", "accept: */*"]),
            ("not chunked last", ["transfer-encoding: gzip", &right]),
            ("no chunks", ["transfer-encoding: xchunked", &right]),
            ("space before the colon", ["content-length : 38", &right]),
        ] {
            let mut connection = Raw::connect(server.address).await;
            let head = head(&[&signature, lines[0], lines[1]]);
            connection.send(head + ATTACK).await;
            let answers = connection.rest().await;
            assert!(by_the_server(&answers), "{example}, {name}: {answers:?}");
        }
        server.delivers().await;

        // RFC 9110, 8.6: the same length twice may be read as once, and hyper does.
        let body = genuine_event();
        let mut connection = Raw::connect(server.address).await;
        let genuine = signature_line(&self::signature(&body));
        let same = content_length(body.len());
        connection.send(request(&[&genuine, &same], &body)).await;
        assert_eq!(connection.answer().await, received(), "{example}");
        server.has_handled(GENUINE).await;
        drop(connection);

        let http2 = Http2::connect(server.address).await;
        let value = signature.split_once(": ").unwrap().1;
        let right = ATTACK.len().to_string();
        for lengths in [[&*right, "3"], ["3", &right]] {
            let mut headers = vec![("x-loops-signature", value)];
            headers.extend(lengths.map(|length| ("content-length", length)));
            let answer = http2.try_send(post(&headers, pieces(ATTACK, 9))).await;
            assert!(answer.is_err(), "{example}, {lengths:?}: {answer:?}");
        }
        drop(http2);
        server.ends_well().await;
    }
}

/// RFC 9112, 6.3: chunks override a length, and such a request "might indicate an attempt to
/// perform request smuggling". Hyper uses the chunks, and reads nothing after them.
#[tokio::test]
async fn chunks_beside_a_length_smuggle_nothing_in() {
    let body = genuine_event();
    let in_chunks = chunks(&body, 9) + "0\r\n\r\n";
    let genuine = signature_line(&signature(&body));
    let forged = signature_line(&forgery());
    for example in EXAMPLES {
        let mut server = Server::start(example).await;
        for length in [0, 3, body.len(), BODY_LIMIT] {
            let length = content_length(length);
            for lines in [[&*length, CHUNKED], [CHUNKED, &length]] {
                let mut connection = Raw::connect(server.address).await;
                let head = head(&[&genuine, lines[0], lines[1]]);
                connection.send(head + &in_chunks).await;
                assert_eq!(
                    connection.answer().await,
                    received(),
                    "{example}, {lines:?}"
                );
                server.has_handled(GENUINE).await;
            }
        }

        // A proxy that uses the length takes the second request for the body of the first.
        let hidden = request(&[&forged], ATTACK);
        let length = content_length("0\r\n\r\n".len() + hidden.len());
        for (name, first) in [("forged", &forged), ("genuine, other body", &genuine)] {
            for lines in [[&*length, CHUNKED], [CHUNKED, &length]] {
                let mut connection = Raw::connect(server.address).await;
                let head = head(&[first, lines[0], lines[1]]);
                connection.send(head + "0\r\n\r\n" + &hidden).await;
                assert_eq!(
                    connection.answer().await,
                    invalid(),
                    "{example}, {name}, {lines:?}"
                );
                let more = connection.rest().await;
                assert_eq!(more, [], "{example}, {name}, {lines:?}");
            }
        }
        server.ends_well().await;
    }
}
