//! Times and digests that some parser somewhere takes for others. The MACs are right: only the text is in the way.

use crate::support::{
    ATTACK, Answer, EXAMPLES, GENUINE, forgery, genuine_event, invalid, mac, malformed, now,
    raw::{Raw, request, signed},
    received, rejected,
    server::Server,
};

fn too_old() -> Answer {
    rejected(401, "Webhook timestamp too old")
}

fn too_new() -> Answer {
    rejected(401, "Webhook timestamp too new")
}

fn times() -> Vec<(String, Answer)> {
    let now = now();
    let rows = [
        ("0", too_old()),
        ("1", too_old()),
        ("9223372036854775807", too_new()),
        ("9223372036854775808", too_new()),
        ("18446744073709551615", too_new()),
        ("18446744073709551616", malformed()),
        ("-9223372036854775808", malformed()),
        ("-1", malformed()),
        ("+1", malformed()),
        ("", malformed()),
        ("NaN", malformed()),
        ("Infinity", malformed()),
    ];
    let mut rows = rows.map(|(t, answer)| (t.to_owned(), answer)).to_vec();
    rows.extend([
        // A minute inside of what is rejected, so that a slow machine changes nothing.
        ((now - 360).to_string(), too_old()),
        ((now + 3600).to_string(), too_new()),
        // As a JavaScript clock has it.
        ((now * 1000).to_string(), too_new()),
        (format!("+{now}"), malformed()),
        (format!("{now}.0"), malformed()),
        (format!("{now}e0"), malformed()),
        (format!("{now}abc"), malformed()),
        (format!("0x{now:x}"), malformed()),
        (format!(" {now}"), malformed()),
        // Spaces around elements are none of the text that is signed.
        (format!("{now} "), invalid()),
    ]);
    rows
}

#[tokio::test]
async fn a_time_is_a_number_near_now_and_nothing_that_looks_like_one() {
    for example in EXAMPLES {
        let mut server = Server::start(example).await;
        for (t, expected) in times() {
            let line = signed(&format!("t={t},v1={}", mac(&t, ATTACK)));
            let mut connection = Raw::connect(server.address).await;
            connection.send(request(&[&line], ATTACK)).await;
            assert_eq!(connection.answer().await, expected, "{example}, {t}");
        }
        server.delivers().await;
        server.ends_well().await;
    }
}

#[tokio::test]
async fn the_beginning_of_a_body_cannot_be_moved_into_the_time() {
    let now = now().to_string();
    let wrapped = format!(" {ATTACK}");
    let mac = mac(&now, &wrapped);
    for example in EXAMPLES {
        let server = Server::start(example).await;
        for (t, expected) in [
            (format!("{now}. "), malformed()),
            (format!("{now}."), malformed()),
            (now.clone(), invalid()),
        ] {
            // `parseInt` reads the time all the same, and the text that is signed is the original one.
            let line = signed(&format!("t={t},v1={mac}"));
            let mut connection = Raw::connect(server.address).await;
            connection.send(request(&[&line], ATTACK)).await;
            assert_eq!(connection.answer().await, expected, "{example}, {t}");
        }
        server.ends_well().await;
    }
}

/// A body and its MAC, in which some byte has a zero for its upper digit.
fn with_a_small_byte(t: &str) -> (String, String, usize) {
    (0..)
        .find_map(|spaces| {
            let body = ATTACK.to_owned() + &" ".repeat(spaces);
            let mac = mac(t, &body);
            let at = mac.as_bytes().chunks(2).position(|pair| pair[0] == b'0')?;
            Some((body, mac, 2 * at))
        })
        .unwrap()
}

#[tokio::test]
async fn a_digest_is_64_hex_digits_and_nothing_that_reads_like_them() {
    let t = now().to_string();
    let (body, mac, at) = with_a_small_byte(&t);
    let replaced = |with: &str| {
        let mut text = mac.clone();
        text.replace_range(at..=at, with);
        text
    };
    for example in EXAMPLES {
        let server = Server::start(example).await;
        for (name, v1) in [
            // `u8::from_str_radix` reads `+f` as 15.
            ("a plus", replaced("+")),
            ("a space", replaced(" ")),
            ("one digit fewer", replaced("")),
            ("one digit more", replaced("00")),
            ("half", mac[..32].to_owned()),
            ("none", String::new()),
            ("0x", format!("0x{mac}")),
            ("quotes", format!("\"{mac}\"")),
        ] {
            let line = signed(&format!("t={t},v1={v1}"));
            let mut connection = Raw::connect(server.address).await;
            connection.send(request(&[&line], &body)).await;
            assert_eq!(connection.answer().await, invalid(), "{example}, {name}");
        }
        server.ends_well().await;
    }
}

#[tokio::test]
async fn the_right_signature_counts_wherever_it_stands_among_wrong_ones() {
    let body = genuine_event();
    let t = now().to_string();
    let right = format!("v1={}", mac(&t, &body));
    let forged = forgery();
    let (_, wrong) = forged.split_once(',').unwrap();
    for example in EXAMPLES {
        let mut server = Server::start(example).await;
        for elements in [
            [&*right, wrong, "v1=no", "v0=00"],
            [wrong, &right, "v1=", "v2=00"],
            [wrong, "v1=+f", "=", &right],
        ] {
            let line = signed(&format!("t={t},{}", elements.join(",")));
            let mut connection = Raw::connect(server.address).await;
            connection.send(request(&[&line], &body)).await;
            assert_eq!(connection.answer().await, received(), "{example}, {line}");
            server.has_handled(GENUINE).await;
        }
        server.ends_well().await;
    }
}
