//! What people see.

use crate::{
    page::browser::Browser,
    support::{
        listening::Listening,
        process::{SECRET, run, tower_loops},
        raw::{deliver, request, signature},
    },
};

const EVENT: &[u8] = br#"{"id":"evt_1SX4","type":"charge.succeeded","data":{"object":{"amount":4900.0,"description":"Caf\u00e9","items":[],"metadata":{}}}}"#;

/// Deliveries as a developer has them: genuine, repeated, changed in transit, under another secret.
fn typical(listening: &Listening) {
    for event_type in [
        "charge.succeeded",
        "customer.subscription.created",
        "invoice.payment_failed",
    ] {
        let url = format!("{}api/webhooks/loops", listening.url);
        run(&mut tower_loops(["send", &url, event_type]));
        listening.next();
    }
    let genuine = format!("x-loops-signature: {}\r\n", signature(SECRET, EVENT));
    let changed = [EVENT, b"\n"].concat();
    request(
        &listening.url,
        "POST",
        "/api/webhooks/loops",
        &genuine,
        &changed,
    );
    listening.next();
    for _ in 0..2 {
        deliver(&listening.url, EVENT);
        listening.next();
    }
}

#[test]
fn deliveries_appear_live_with_reason_and_body() {
    let listening = Listening::start(&[]);
    let mut browser = Browser::open(&listening.page, 1280, false);
    assert!(browser.text("#empty").contains("Waiting"));
    typical(&listening);
    browser.wait("document.querySelectorAll('#list li').length === 6");
    assert_eq!(
        browser.text("#counts"),
        "6 received, 1 rejected, 1 repeated"
    );
    assert!(browser.text("#list li:first-child").contains("duplicate"));

    browser.value("document.querySelector('[data-number=\"4\"]').click()");
    browser.wait("document.querySelector('#body').textContent !== ''");
    assert!(
        browser
            .text("#outcome")
            .contains("rejected: invalid_signature")
    );
    assert!(browser.text("#causes").contains("body_newline_added"));
    assert!(browser.text("#headers").contains("x-loops-signature"));
    let pretty = browser.text("#body");
    assert!(pretty.contains("\n      \"amount\": 4900.0,\n"), "{pretty}");
    assert!(pretty.contains(r#""description": "Caf\u00e9""#), "{pretty}");
    assert!(pretty.contains("\"items\": [],\n"), "{pretty}");
    browser.value("document.querySelector('input[value=bytes]').click()");
    assert!(
        browser.text("#body").starts_with("000000  7b 22 69 64 22"),
        "{}",
        browser.text("#body")
    );
    browser.value("document.querySelector('input[value=text]').click()");
    assert_eq!(browser.text("#body").trim_end().as_bytes(), EVENT);
}

#[test]
fn a_delivery_is_replayed_at_a_click() {
    let listening = Listening::start(&[]);
    deliver(&listening.url, EVENT);
    listening.next();
    let mut browser = Browser::open(&listening.page, 1280, false);
    browser.wait("document.querySelector('[data-number=\"1\"]')");
    browser.value("document.querySelector('[data-number=\"1\"]').click()");
    assert_eq!(browser.text("#replay"), "Replay, signed again");
    browser.value("document.querySelector('#replay').click()");
    browser.wait("document.querySelector('#replayed').textContent === 'answered 200'");
    browser.wait("document.querySelectorAll('#list li').length === 2");
    assert_eq!(listening.next()["duplicate"], true);
    assert!(browser.reports.is_empty(), "{:#?}", browser.reports);
}

#[test]
fn it_fits_wide_and_narrow_screens_in_light_and_dark() {
    let listening = Listening::start(&[]);
    typical(&listening);
    for (width, dark) in [(1280, false), (1280, true), (400, false), (400, true)] {
        let mut browser = Browser::open(&listening.page, width, dark);
        browser.wait("document.querySelectorAll('#list li').length === 6");
        browser.value("document.querySelector('[data-number=\"4\"]').click()");
        browser.wait("document.querySelector('#body').textContent !== ''");
        let overflow = browser.value("document.documentElement.scrollWidth - window.innerWidth");
        assert!(
            overflow.as_i64().expect("a number") <= 0,
            "{width}: {overflow} too wide"
        );
        let background = browser.value("getComputedStyle(document.body).backgroundColor");
        let expected = if dark {
            "rgb(20, 24, 31)"
        } else {
            "rgb(245, 246, 248)"
        };
        assert_eq!(background, expected);
        browser.screenshot(&format!(
            "page-{width}-{}",
            if dark { "dark" } else { "light" }
        ));
    }
}
