//! Ids as attackers would choose them, if they could sign.

use super::leases::claims;
use crate::idempotency::{Claim, EventKey, EventStore, Retention, Token};
use crate::store::suite::{LONG, answered, fresh_namespace};

pub(super) async fn are_kept_apart<St: EventStore>(store: &St) {
    let long = "x".repeat(10_000);
    let longer = "x".repeat(10_001);
    let ids = [
        "", " ", "evt_1", "EVT_1", "evt_1 ", "evt_1\0", "\0", "é", "e\u{301}", "'", "''", "\"",
        "\\", "';--", "%", "*", "{evt_1}", "a:b", "\r\n", "sha256:", &long, &longer,
    ];
    for namespace in [fresh_namespace(), fresh_namespace() + ":é'"] {
        for (index, id) in ids.iter().enumerate() {
            let key = EventKey::new(&namespace, id);
            assert!(
                claims(store, &key, LONG).await,
                "the id with index {index} is taken for one before it"
            );
        }
        let token = Token::random();
        for (index, id) in ids.iter().enumerate() {
            let key = EventKey::new(&namespace, id);
            answered(store.complete(&key, token, Retention::For(LONG)).await);
            let claim = answered(store.claim(&key, token, LONG).await);
            assert_eq!(claim, Claim::Done, "the id with index {index}");
        }
    }
}
