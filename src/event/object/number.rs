//! Integers, booleans, and integers as senders without integer types spell them.

use crate::event::object::read::{FromJson, Json};

impl FromJson for i64 {
    fn from_json(json: &Json<'_>) -> Option<Self> {
        json.text.parse().ok().or_else(|| exact(json.text))
    }
}

impl FromJson for bool {
    fn from_json(json: &Json<'_>) -> Option<Self> {
        json.text.parse().ok()
    }
}

/// The most digits of an `i64`.
const MAX_DIGITS: usize = 19;

/// The integer that a JSON number with a fraction or an exponent is, such as `4900.0` or `49e2`.
/// Computed in decimal, since floating point would round.
pub(super) fn exact(number: &str) -> Option<i64> {
    let (sign, magnitude) = match number.strip_prefix('-') {
        Some(magnitude) => ("-", magnitude),
        None => ("", number),
    };
    let (mantissa, exponent) = magnitude.split_once(['e', 'E']).unwrap_or((magnitude, "0"));
    let (integer, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    // Anything but a number has some other byte than a digit here.
    if !integer.starts_with(|byte: char| byte.is_ascii_digit()) {
        return None;
    }
    let digits = [integer, fraction].concat();
    let significant = digits.trim_start_matches('0').trim_end_matches('0');
    if significant.is_empty() {
        return Some(0);
    }
    // The number is `significant` with this many zeros after it.
    let trailing = digits.len() - digits.trim_end_matches('0').len();
    let zeros = exponent.parse::<i64>().ok()?;
    let zeros = zeros.checked_sub_unsigned(fraction.len() as u64)?;
    let zeros = usize::try_from(zeros.checked_add_unsigned(trailing as u64)?).ok()?;
    if significant.len().checked_add(zeros)? > MAX_DIGITS {
        return None;
    }
    format!("{sign}{significant}{}", "0".repeat(zeros))
        .parse()
        .ok()
}
