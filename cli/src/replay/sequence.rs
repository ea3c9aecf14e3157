//! Which delivery is sent when.

use super::arguments::Order;

/// The indices of the deliveries, in the order in which they are sent.
pub(super) fn sequence(
    deliveries: usize,
    times: u32,
    order: Option<Order>,
    seed: u64,
) -> Vec<usize> {
    let mut sequence: Vec<usize> = (0..times).flat_map(|_| 0..deliveries).collect();
    match order {
        None => {}
        Some(Order::Reverse) => sequence.reverse(),
        Some(Order::Random) => fastrand::Rng::with_seed(seed).shuffle(&mut sequence),
    }
    sequence
}

#[cfg(test)]
mod tests {
    use super::{super::arguments::Order, sequence};

    #[test]
    fn every_delivery_is_repeated_in_each_order() {
        assert_eq!(sequence(3, 2, None, 0), [0, 1, 2, 0, 1, 2]);
        assert_eq!(sequence(3, 2, Some(Order::Reverse), 0), [2, 1, 0, 2, 1, 0]);
        let mut random = sequence(50, 2, Some(Order::Random), 7);
        assert_eq!(random, sequence(50, 2, Some(Order::Random), 7));
        assert_ne!(random, sequence(50, 2, Some(Order::Random), 8));
        random.sort_unstable();
        let twice: Vec<usize> = (0..50).flat_map(|index| [index, index]).collect();
        assert_eq!(random, twice);
    }
}
