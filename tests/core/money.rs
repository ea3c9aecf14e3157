//! Amounts as people write them.

use tower_loops::Money;

#[test]
fn the_decimals_are_those_of_the_currency_in_either_case() {
    for (minor, currency, text) in [
        (4900, "usd", "49.00 USD"),
        (5, "EUR", "0.05 EUR"),
        (0, "usd", "0.00 USD"),
        (-5, "eur", "-0.05 EUR"),
        (3200, "jpy", "3200 JPY"),
        (-3200, "JPY", "-3200 JPY"),
        (3200, "Krw", "3200 KRW"),
        (1234, "kwd", "1.234 KWD"),
        (7, "TND", "0.007 TND"),
        (12_345, "clf", "1.2345 CLF"),
        (i64::MIN, "usd", "-92233720368547758.08 USD"),
        (i64::MIN, "jpy", "-9223372036854775808 JPY"),
        (7, "", r#"7 minor units of """#),
        (7, "us", r#"7 minor units of "us""#),
        (7, "USD EUR", r#"7 minor units of "USD EUR""#),
        (7, "usd\n\u{1b}", r#"7 minor units of "usd\n\u{1b}""#),
        (7, "xyz", r#"7 minor units of "xyz""#),
    ] {
        let seen = Money::new(minor, currency).to_string();
        assert_eq!(seen, text, "{currency:?}");
    }
    assert_eq!(Money::new(7, None).decimals(), None);
}
