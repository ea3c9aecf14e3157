//! The page without a mouse.

use crate::{
    page::browser::Browser,
    support::{listening::Listening, raw::deliver},
};

#[test]
fn a_delivery_is_chosen_read_and_replayed_by_keyboard() {
    let listening = Listening::start(&[]);
    for id in ["evt_1", "evt_2", "evt_3"] {
        let event = format!("{{\"id\":\"{id}\",\"type\":\"charge.succeeded\"}}");
        deliver(&listening.url, event.as_bytes());
        listening.next();
    }
    let mut browser = Browser::open(&listening.page, 1280, false);
    browser.wait("document.querySelectorAll('#list li').length === 3");
    let focused = "document.activeElement.dataset.number ?? document.activeElement.id";

    browser.press("Tab");
    assert_eq!(browser.value(focused), "3");
    browser.press("ArrowDown");
    browser.press("ArrowDown");
    browser.press("ArrowUp");
    assert_eq!(browser.value(focused), "2");
    browser.press("Enter");
    browser.wait("document.querySelector('#body').textContent !== ''");
    assert_eq!(browser.text("#id"), "evt_2");
    assert_eq!(
        browser.value("document.activeElement.dataset.number"),
        "2",
        "focus stays"
    );

    while browser.value(focused) != "replay" {
        browser.press("Tab");
    }
    browser.press("Enter");
    browser.wait("document.querySelector('#replayed').textContent === 'answered 200'");

    while browser.value("document.activeElement.name ?? null") != "view" {
        browser.press("Tab");
    }
    browser.press("ArrowRight");
    assert_eq!(
        browser.value("document.querySelector('input[name=view]:checked').value"),
        "text"
    );
    browser.press("Tab");
    assert_eq!(
        browser.value(focused),
        "body",
        "the body scrolls by keyboard"
    );
}
