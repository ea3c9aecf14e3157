//! `quickstart` without options.

use crate::process::{example, run};

/// What each row says besides its time: what was sent, what was answered, what the handler saw and by which secret.
const ROWS: [[&str; 4]; 24] = [
    [
        "charge.succeeded",
        r#"200 {"received":true}"#,
        "49.00 USD, Mira Solberg, order 1001",
        "#0",
    ],
    [
        "charge.refunded",
        r#"200 {"received":true}"#,
        "15.50 EUR back, Zoë Lind, order 1002",
        "#0",
    ],
    [
        "checkout.session.completed",
        r#"200 {"received":true}"#,
        "118.80 GBP, Owen Achebe, order 1003",
        "#0",
    ],
    [
        "customer.subscription.created",
        r#"200 {"received":true}"#,
        "active, cus_TGk5sMd3, order 1004",
        "#0",
    ],
    [
        "customer.subscription.deleted",
        r#"200 {"received":true}"#,
        "canceled, cus_T0hQwZ6n, order 1005",
        "#0",
    ],
    [
        "invoice.payment_succeeded",
        r#"200 {"received":true}"#,
        "29.00 USD paid, lena@example.com",
        "#0",
    ],
    [
        "invoice.payment_failed",
        r#"200 {"received":true}"#,
        "3200 JPY open, haru@example.com",
        "#0",
    ],
    [
        "payout.paid (not in the guide)",
        r#"200 {"received":true}"#,
        "plain JSON, id obj_1SX2hU2mNvB7tR0c",
        "#0",
    ],
    [
        "signed with the new secret",
        r#"200 {"received":true}"#,
        "49.00 USD, Mira Solberg, order 1001",
        "#0",
    ],
    [
        "signed with the old secret",
        r#"200 {"received":true}"#,
        "49.00 USD, Mira Solberg, order 1001",
        "#1",
    ],
    [
        "charge.succeeded once more",
        r#"200 {"received": true}"#,
        "not called",
        "",
    ],
    [
        "one whose handler fails",
        "500 Processing failed",
        "15.50 EUR back, Zoë Lind, order 1002",
        "#0",
    ],
    [
        "the same, retried",
        r#"200 {"received":true}"#,
        "15.50 EUR back, Zoë Lind, order 1002",
        "#0",
    ],
    [
        "signed with another secret",
        "401 Invalid signature",
        "not called",
        "",
    ],
    [
        "one bit of the body changed",
        "401 Invalid signature",
        "not called",
        "",
    ],
    [
        "body re-serialised",
        "401 Invalid signature",
        "not called",
        "",
    ],
    [
        "boundary shift *",
        "400 Malformed signature",
        "not called",
        "",
    ],
    [
        "signed 10 minutes ago",
        "401 Webhook timestamp too old",
        "not called",
        "",
    ],
    [
        "signed 10 minutes ahead",
        "401 Webhook timestamp too new",
        "not called",
        "",
    ],
    [
        "no signature header",
        "400 Missing signature",
        "not called",
        "",
    ],
    [
        "two signature headers",
        "400 Ambiguous signature",
        "not called",
        "",
    ],
    [
        "two t in the header",
        "400 Malformed signature",
        "not called",
        "",
    ],
    [
        "1 MiB + 1 byte, announced",
        "413 Payload too large",
        "not called",
        "",
    ],
    [
        "1 MiB + 1 byte, unannounced",
        "413 Payload too large",
        "not called",
        "",
    ],
];

#[test]
fn every_row_is_as_it_should_be() {
    let ran = run(example("quickstart").env_remove("LOOPS_WEBHOOK_SECRET"));
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.stderr, "");

    let rows: Vec<[&str; 4]> = ran.stdout.lines().filter_map(row).collect();
    assert_eq!(rows, ROWS);
    assert!(
        ran.stdout.contains(
            "12 reached the handler, 11 were refused, 1 known by the store. All as they should."
        ),
        "{}",
        ran.stdout
    );
}

/// A row that is marked as right, cut where its columns are two spaces apart, its time checked and left out.
fn row(line: &str) -> Option<[&str; 4]> {
    let cells = line.strip_prefix(" ✓ ")?.split("  ").map(str::trim);
    let mut cells: Vec<&str> = cells.filter(|cell| !cell.is_empty()).collect();
    let time = cells.pop()?.strip_suffix(" ms");
    let time = time.and_then(|time| time.parse::<f64>().ok());
    assert!(time.is_some_and(|time| time > 0.0), "no time in {line:?}");
    cells.resize(4, "");
    cells.try_into().ok()
}

#[test]
fn nothing_is_coloured_that_is_not_on_a_terminal() {
    let ran = run(&mut example("quickstart"));
    assert!(!ran.stdout.contains('\x1b'), "{}", ran.stdout);
}
