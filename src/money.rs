//! Amounts in minor units, shown as people write them.

use std::fmt;

/// ISO 4217's active currencies without a minor unit.
const ZERO: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
/// Currencies with three decimals.
const THREE: &str = "BHD IQD JOD KWD LYD OMR TND";
/// Currencies with four decimals.
const FOUR: &str = "CLF UYW";
/// All others, which have two decimals.
const TWO: &str = "\
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW \
    CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR \
    ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV \
    MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD \
    SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG";

/// An amount in the currency's minor unit, displayed in its major unit. The code may be in either
/// case.
///
/// The number of decimals is ISO 4217's. APIs of payment providers deviate from it for a few
/// currencies (some count ISK and UGX in hundredths, and MGA in whole ariary): check one real
/// payment before you sell in those.
///
/// ```
/// use tower_loops::Money;
///
/// assert_eq!(Money::new(4900, "usd").to_string(), "49.00 USD");
/// assert_eq!(Money::new(4900, "JPY").to_string(), "4900 JPY");
/// assert_eq!(Money::new(4900, "kwd").to_string(), "4.900 KWD");
/// // Nothing is guessed.
/// assert_eq!(Money::new(4900, "zzz").to_string(), r#"4900 minor units of "zzz""#);
/// assert_eq!(Money::new(4900, None).to_string(), "4900 minor units of an unknown currency");
/// assert_eq!(Money::new(None, "usd").to_string(), "an unknown amount");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Money<'a> {
    minor: Option<i64>,
    currency: Option<&'a str>,
}

impl<'a> Money<'a> {
    /// An amount and a currency as an object has them: `Money::new(charge.amount,
    /// charge.currency.as_deref())`.
    #[must_use]
    pub fn new(minor: impl Into<Option<i64>>, currency: impl Into<Option<&'a str>>) -> Self {
        Self {
            minor: minor.into(),
            currency: currency.into(),
        }
    }

    /// How many decimals the currency has; `None` if ISO 4217 does not list it as active.
    #[must_use]
    pub fn decimals(&self) -> Option<u32> {
        let code = self.currency?;
        let lists = [(TWO, 2), (ZERO, 0), (THREE, 3), (FOUR, 4)];
        let of = |list: &str| {
            list.split(' ')
                .any(|known| known.eq_ignore_ascii_case(code))
        };
        lists
            .into_iter()
            .find(|(list, _)| of(list))
            .map(|(_, decimals)| decimals)
    }
}

impl fmt::Display for Money<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(minor) = self.minor else {
            return f.write_str("an unknown amount");
        };
        let Some(code) = self.currency else {
            return write!(f, "{minor} minor units of an unknown currency");
        };
        // Escaped: the code is part of the payload.
        let Some(decimals) = self.decimals() else {
            return write!(f, "{minor} minor units of {code:?}");
        };
        let sign = if minor < 0 { "-" } else { "" };
        let unit = 10_u64.pow(decimals);
        let (major, rest) = (minor.unsigned_abs() / unit, minor.unsigned_abs() % unit);
        write!(f, "{sign}{major}")?;
        if decimals > 0 {
            write!(f, ".{rest:0width$}", width = decimals as usize)?;
        }
        write!(f, " {}", code.to_ascii_uppercase())
    }
}
