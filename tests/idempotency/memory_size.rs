//! What an entry of the embedded store takes.

use std::time::Duration;

use allocation_counter::measure;
use tokio::runtime::Builder;
use tower_loops::idempotency::{EventKey, EventStore, MemoryStore, Token};

/// Bytes, of an id as the layer makes it.
const MOST: i64 = 200;

#[test]
fn an_entry_takes_200_bytes_at_most() {
    // Just before and after the tables grow, and the default capacity.
    for count in [57_000, 60_000, 100_000] {
        let runtime = Builder::new_current_thread().build().expect("a runtime");
        let mut kept = None;
        let allocated = measure(|| {
            let store = MemoryStore::new();
            runtime.block_on(async {
                for number in 0..count {
                    let id = format!("charge.succeeded:evt_3MtwBwLkdIwHu7ix{number:08}");
                    let (key, token) = (EventKey::new("billing", &id), Token::random());
                    let lease = Duration::from_secs(60);
                    store.claim(&key, token, lease).await.expect("room");
                    let retention = Duration::from_secs(30 * 24 * 60 * 60).into();
                    store.complete(&key, token, retention).await.expect("room");
                }
            });
            kept = Some(store);
        });
        let each = allocated.bytes_current / count;
        println!("{count} entries: {each} bytes each");
        assert!(each <= MOST, "{each} bytes each of {count} entries");
        assert_eq!(kept.map(|store| store.len() as i64), Some(count));
    }
}
