//! The key of an event: bounded, printable, and never the key of another event.

use std::collections::{HashMap, HashSet};

use testkit::{
    delivery::{passed_on, verified},
    response::Answer,
};
use tower::{Layer, ServiceExt};
use tower_loops::idempotency::{EventKey, IdempotencyLayer, MemoryStore};

use crate::support::{Calls, Service, deliver};

/// Ids and namespaces that something may confuse with another, or choke on.
fn unusual_texts() -> Vec<String> {
    let plain = "evt_1|evt_1\0|evt_1 | evt_1|EVT_1|evt_1\n|évt_1|e\u{301}vt_1|ｅvt_1|ключ|🔑|'|''|\"|\\|\
        \\\\|'; DROP TABLE events; --|$1|%|_|*|?|:|::|a:b|a|b|default|default:evt_1|{evt_1}|sha256:|sha256:x|\
        sha256-|payload-sha256:|payload-sha256:x|SHA256:|\u{7f}|\u{80}|\u{feff}evt_1|\u{202e}evt_1|\
        | |  |\t|\n|\0|\0\0";
    let mut texts: Vec<String> = plain.split('|').map(str::to_owned).collect();
    for length in [64, 65, 71, 72, 255, 256, 9_999, 10_000] {
        texts.extend(["x", "é"].map(|char| char.repeat(length)));
    }
    // What a digest is written as.
    let ids = texts
        .iter()
        .map(|text| EventKey::new("a", text).id().to_owned());
    let digests = ids.filter(|id| id.starts_with("sha256:") && id.len() == 71);
    texts.extend(digests.take(4).collect::<Vec<_>>());
    let distinct: HashSet<_> = texts.into_iter().collect();
    distinct.into_iter().collect()
}

#[test]
fn unusual_ids_types_and_namespaces_never_collide_and_keys_are_short_and_printable() {
    let mut keys = HashMap::new();
    let mut insert = |key: EventKey, of: [&str; 3]| {
        for (part, max_len) in [(key.namespace(), 71), (key.id(), 255)] {
            assert!((1..=max_len).contains(&part.len()), "{of:?}: {part}");
            let is_printable = part.bytes().all(|byte| byte.is_ascii_graphic());
            assert!(is_printable, "{of:?}: {part}");
        }
        let text = key.to_string();
        let seen = text.split_once(':');
        assert_eq!(seen, Some((key.namespace(), key.id())), "{of:?}");
        let of = of.map(str::to_owned);
        if let Some(other) = keys.insert(text, of.clone()) {
            panic!("{of:?} has the key of {other:?}");
        }
    };
    let texts = unusual_texts();
    for text in &texts {
        insert(EventKey::new("ids", text), ["ids", "", text]);
        for id in ["evt_1", "a:b", ":", "b"] {
            insert(EventKey::new(text, id), [text, "", id]);
        }
        for event_type in &texts {
            let event = serde_json::json!({ "id": text, "type": event_type }).to_string();
            let key = EventKey::of("types", &verified(event));
            insert(key, ["types", event_type, text]);
        }
    }
    let long = EventKey::new(&"n".repeat(1000), "evt_1");
    let of_its_digest = EventKey::new(long.namespace(), "evt_1");
    assert_ne!(of_its_digest, long);
}

#[test]
fn plain_ids_types_and_namespaces_are_kept() {
    let long = "x".repeat(255);
    for id in ["evt_1", "a:b", "default:evt_1", "sha256", "'", "~!", &long] {
        let key = EventKey::new("billing", id);
        assert_eq!((key.namespace(), key.id()), ("billing", id));
    }
    let namespace = "n".repeat(64);
    assert_eq!(EventKey::new(&namespace, "evt_1").namespace(), namespace);
    let event = verified(r#"{"id":"evt:1","type":"charge.succeeded"}"#);
    let seen = EventKey::of("billing", &event).to_string();
    assert_eq!(seen, "billing:charge.succeeded:evt:1");
}

/// Delivers a payload, and returns whether it is a duplicate.
async fn is_duplicate(service: &Service<MemoryStore>, payload: &'static str) -> bool {
    let delivery = passed_on(verified(payload));
    let response = service.clone().oneshot(delivery).await;
    let answer = Answer::of(response.expect("a response")).await;
    assert_eq!(answer.status, 200, "{payload}");
    answer.is_duplicate()
}

#[tokio::test]
async fn events_are_the_same_by_id_and_type_or_without_an_id_by_payload() {
    let calls = Calls::default();
    let service = IdempotencyLayer::new(MemoryStore::new()).layer(calls.succeeding());
    let events = [
        r#"{"id":"evt_test","type":"charge.succeeded"}"#,
        r#"{"id":"evt_test","type":"charge.refunded"}"#,
        r#"{"id":"evt_other","type":"charge.refunded"}"#,
        r#"{"id":"","type":"charge.succeeded","n":1}"#,
        r#"{"id":"","type":"charge.succeeded","n":2}"#,
        r#"{"id":"","type":"charge.refunded","n":1}"#,
    ];
    for repeated in [false, true] {
        for event in events {
            assert_eq!(is_duplicate(&service, event).await, repeated, "{event}");
        }
    }
    let spelled_differently = r#"{"type":"charge.succeeded","id":"evt_t\u0065st"}"#;
    assert!(is_duplicate(&service, spelled_differently).await);
    assert_eq!(calls.count(), events.len());
}

#[tokio::test]
async fn namespaces_keep_handlers_apart() {
    let (store, calls) = (MemoryStore::new(), Calls::default());
    let layer = IdempotencyLayer::new(store.clone());
    let first = deliver(&layer.layer(calls.succeeding()), "evt_1").await;
    assert!(first.is_handled());
    // Another layer with the same namespace is the same handler in another process.
    for (namespace, is_duplicate) in [
        ("default", true),
        ("billing", false),
        ("mail", false),
        ("billing", true),
    ] {
        let layer = IdempotencyLayer::new(store.clone()).with_namespace(namespace);
        let answer = deliver(&layer.layer(calls.succeeding()), "evt_1").await;
        assert_eq!(answer.is_duplicate(), is_duplicate, "{namespace}");
    }
}
