//! Amounts as people write them.

use std::fmt;

/// An amount in the currency's minor unit, shown in its major unit: 4900 of `usd` is `49.00 usd`.
pub(crate) struct Money<'a> {
    pub(crate) minor: i64,
    pub(crate) currency: &'a str,
}

impl fmt::Display for Money<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.minor < 0 { "-" } else { "" };
        let minor = self.minor.unsigned_abs();
        let currency = self.currency;
        let digits = decimals(currency);
        let unit = 10_u64.pow(digits);
        let major = minor / unit;
        if digits == 0 {
            return write!(f, "{sign}{major} {currency}");
        }
        let width = digits as usize;
        write!(f, "{sign}{major}.{:0width$} {currency}", minor % unit)
    }
}

/// How many decimals a currency has. Taking two for granted is wrong by a factor of a hundred in Japan.
fn decimals(currency: &str) -> u32 {
    match currency {
        "bif" | "clp" | "djf" | "gnf" | "jpy" | "kmf" | "krw" | "mga" | "pyg" | "rwf" | "ugx"
        | "vnd" | "vuv" | "xaf" | "xof" | "xpf" => 0,
        "bhd" | "jod" | "kwd" | "omr" | "tnd" => 3,
        _ => 2,
    }
}
