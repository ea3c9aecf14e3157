//! How a take is divided.

/// How many events of a take of `limit` may be repeated ones while new events wait: half. Repeated
/// events are those whose pause or lease has ended. If `limit` is uneven, the random first byte of
/// the token decides which kind gets one more, so that takes of one event serve both kinds.
#[must_use]
pub fn repeated_share(token: &[u8; 16], limit: usize) -> i64 {
    let [random, ..] = token;
    let half = limit / 2 + (limit % 2) * usize::from(random % 2);
    i64::try_from(half).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::repeated_share;

    #[test]
    fn half_is_repeated_and_chance_decides_on_an_uneven_rest() {
        for (random, limit, expected) in [(0, 10, 5), (1, 10, 5), (0, 1, 0), (1, 1, 1), (1, 7, 4)] {
            assert_eq!(repeated_share(&[random; 16], limit), expected, "{limit}");
        }
    }
}
