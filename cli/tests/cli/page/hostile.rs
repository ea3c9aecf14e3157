//! Deliveries that try to run script.

use serde_json::json;

use crate::{
    page::browser::Browser,
    support::{
        listening::Listening,
        process::SECRET,
        raw::{deliver, request, signature},
    },
};

const ATTACKS: [&str; 8] = [
    "<script>window.ran=1</script>",
    "<img src=x onerror=\"window.ran=1\">",
    "<svg/onload=window.ran=1>",
    "\"><iframe srcdoc=\"<script>parent.ran=1</script>\"></iframe>",
    "javascript:window.ran=1",
    "</pre></td><script src=//evil.example/x.js></script>",
    "'+(window.ran=1)+'",
    "\u{202e}<b onmouseover=window.ran=1>\0\u{2028}",
];

#[test]
fn no_script_runs_from_an_event() {
    let listening = Listening::start(&[]);
    for attack in ATTACKS {
        let event = json!({
            "id": attack,
            "type": attack,
            attack: attack,
            "data": {"object": {"description": attack, "receipt_url": attack}},
        });
        deliver(&listening.url, event.to_string().as_bytes());
        listening.next();
        // Rejected, with what is hostile in path, headers and text.
        let signed = signature("another", b"x");
        let plain: String = attack.chars().filter(|c| (' '..='~').contains(c)).collect();
        let headers = format!("x-own: {plain}\r\nx-loops-signature: {signed}\r\n");
        let path = format!("/{}", plain.replace([' ', '"', '<', '>', '\'', '`'], "%22"));
        request(&listening.url, "POST", &path, &headers, attack.as_bytes());
        listening.next();
    }

    let mut browser = Browser::open(&listening.page, 1280, false);
    let count = ATTACKS.len() * 2;
    browser.wait(&format!(
        "document.querySelectorAll('#list li').length === {count}"
    ));
    for number in 1..=count {
        browser.value(&format!(
            "document.querySelector('[data-number=\"{number}\"]').click()"
        ));
        browser.wait("document.querySelector('#body').textContent !== ''");
        for view in ["text", "bytes", "pretty"] {
            browser.value(&format!(
                "document.querySelector('input[value={view}]').click()"
            ));
        }
        // After the next frame, any script that would run by itself has run.
        browser.value("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))");
        assert_eq!(
            browser.value("window.ran ?? null"),
            json!(null),
            "delivery {number}"
        );
        let made = browser.value(
            "document.querySelectorAll('main script, img, svg, iframe, b, main [onload], main [onerror]').length",
        );
        assert_eq!(made, 0, "delivery {number} made an element");
    }
    browser.screenshot("hostile-1280");
    browser.resize(400);
    let overflow = "document.documentElement.scrollWidth - window.innerWidth";
    assert_eq!(browser.value(overflow), 0, "it fits a narrow screen");
    browser.screenshot("hostile-400");
    assert!(
        browser.text("#list").contains(ATTACKS[0]),
        "it is shown as text"
    );
    let reported: Vec<_> = browser.reports.iter().map(ToString::to_string).collect();
    assert!(reported.is_empty(), "{reported:#?}");
    let page = browser
        .value("document.documentElement.outerHTML")
        .to_string();
    assert!(!page.contains(SECRET));
}

#[test]
fn the_policy_stops_a_script_that_got_into_the_page() {
    let listening = Listening::start(&[]);
    let mut browser = Browser::open(&listening.page, 1280, false);
    // Simulates a later change that writes text as HTML or as script.
    for attempt in [
        "document.body.innerHTML = '<img src=x onerror=\"window.ran=1\">'",
        "document.body.setAttribute('onclick', 'window.ran=1'), document.body.click()",
        "document.createElement('script').src = '//evil.example/x.js'",
        "document.createElement('script').textContent = 'window.ran=1'",
        "document.write('<script>window.ran=1</script>')",
        "setTimeout('window.ran=1')",
    ] {
        let expression = format!(
            "(() => {{ try {{ {attempt}; return 'done' }} catch {{ return 'rejected' }} }})()"
        );
        assert_eq!(browser.value(&expression), "rejected", "{attempt}");
    }
    assert_eq!(browser.value("window.ran ?? null"), json!(null));
    assert!(
        !browser.reports.is_empty(),
        "the browser reports the violations"
    );
}
