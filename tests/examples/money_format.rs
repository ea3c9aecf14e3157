//! How the quickstart writes amounts.

use crate::money::Money;

#[test]
fn in_the_major_unit_of_the_currency() {
    let cases = [
        (4900, "usd", "49.00 usd"),
        (5, "eur", "0.05 eur"),
        (0, "usd", "0.00 usd"),
        (-1550, "eur", "-15.50 eur"),
        (-5, "eur", "-0.05 eur"),
        (3200, "jpy", "3200 jpy"),
        (-3200, "jpy", "-3200 jpy"),
        (1234, "kwd", "1.234 kwd"),
        (7, "kwd", "0.007 kwd"),
        (i64::MIN, "usd", "-92233720368547758.08 usd"),
    ];
    for (minor, currency, text) in cases {
        assert_eq!(
            Money { minor, currency }.to_string(),
            text,
            "{minor} {currency}"
        );
    }
}
