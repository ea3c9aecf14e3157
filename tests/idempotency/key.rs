//! The key of an event: unusual ids and namespaces are bounded, harmless and never another's.

use std::collections::HashMap;

use tower::{Layer, ServiceExt};
use tower_loops::{
    VerifiedEvent,
    idempotency::{EventKey, IdempotencyLayer, MemoryStore},
};

use crate::support::{Answer, Calls, Delivered, deliver, delivery_of, payload, verified};

/// Ids that something might take for another, or choke on.
fn odd_texts() -> Vec<String> {
    let long = "x".repeat(10_000);
    let digests = ["", "evt_1", " ", &long].map(|text| EventKey::new("a", text).id().to_owned());
    let unusual = [
        "",
        " ",
        "  ",
        "\t",
        "\n",
        "\0",
        "\0\0",
        "evt_1",
        "evt_1\0",
        "evt_1 ",
        " evt_1",
        "EVT_1",
        "evt_1\n",
        "évt_1",
        "e\u{301}vt_1",
        "ｅvt_1",
        "ключ",
        "🔑",
        "'",
        "''",
        "\"",
        "\\",
        "\\\\",
        "'; DROP TABLE events; --",
        "$1",
        "%",
        "_",
        "*",
        "?",
        ":",
        "::",
        "a:b",
        "a",
        "b",
        "default",
        "default:evt_1",
        "{evt_1}",
        "sha256:",
        "sha256:x",
        "sha256-",
        "payload-sha256:",
        "payload-sha256:x",
        "SHA256:",
        "\u{7f}",
        "\u{80}",
        "\u{feff}evt_1",
        "\u{202e}evt_1",
    ];
    let mut texts: Vec<String> = unusual.map(str::to_owned).into();
    texts.extend(
        digests
            .iter()
            .filter(|id| id.starts_with("sha256:"))
            .cloned(),
    );
    for length in [64, 65, 71, 72, 255, 256, 9_999, 10_000] {
        texts.push("x".repeat(length));
        texts.push("é".repeat(length));
    }
    texts
}

#[test]
fn odd_ids_never_collide() {
    let mut keys = HashMap::new();
    for id in odd_texts() {
        if let Some(other) = keys.insert(EventKey::new("a", &id), id.clone()) {
            panic!("{id:?} is taken for {other:?}");
        }
    }
}

/// A verified event with this id and type.
fn event(id: &str, event_type: &str) -> VerifiedEvent {
    verified(&serde_json::json!({ "id": id, "type": event_type }).to_string())
}

#[test]
fn keys_of_events_with_unusual_ids_and_types_do_not_collide() {
    let mut keys = HashMap::new();
    for id in odd_texts() {
        for event_type in odd_texts() {
            let key = EventKey::of("a", &event(&id, &event_type));
            assert!(key.id().len() <= 255, "{id:?}, {event_type:?}: {key}");
            let printable = key.id().bytes().all(|byte| byte.is_ascii_graphic());
            assert!(printable, "{id:?}, {event_type:?}: {key}");
            if let Some(other) = keys.insert(key, (id.clone(), event_type.clone())) {
                panic!("{:?} has the key of {other:?}", (id, event_type));
            }
        }
    }
}

#[test]
fn the_key_of_a_plain_event_is_its_type_and_id() {
    let key = EventKey::of("billing", &event("evt:1", "charge.succeeded"));
    assert_eq!(key.to_string(), "billing:charge.succeeded:evt:1");
}

#[test]
fn odd_namespaces_never_collide_and_never_run_into_the_id() {
    let mut keys = HashMap::new();
    for namespace in odd_texts() {
        for id in ["evt_1", "a:b", ":", "b"] {
            let key = EventKey::new(&namespace, id);
            let text = key.to_string();
            assert_eq!(
                text.split_once(':'),
                Some((key.namespace(), key.id())),
                "{namespace:?}"
            );
            if let Some(other) = keys.insert(text, (namespace.clone(), id)) {
                panic!("{:?} is taken for {other:?}", (namespace, id));
            }
        }
    }
}

#[test]
fn keys_are_short_printable_ascii() {
    for text in odd_texts() {
        let key = EventKey::new(&text, &text);
        let parts = [(key.namespace(), 71), (key.id(), 255)];
        for (part, max_len) in parts {
            assert!((1..=max_len).contains(&part.len()), "{text:?}: {part}");
            assert!(
                part.bytes().all(|byte| byte.is_ascii_graphic()),
                "{text:?}: {part}"
            );
        }
    }
}

#[test]
fn plain_ids_and_namespaces_stay_as_they_are() {
    let long = "x".repeat(255);
    for id in ["evt_1", "a:b", "default:evt_1", "sha256", "'", "~!", &long] {
        let key = EventKey::new("billing", id);
        assert_eq!((key.namespace(), key.id()), ("billing", id));
    }
    let namespace = "n".repeat(64);
    assert_eq!(EventKey::new(&namespace, "evt_1").namespace(), namespace);
}

/// Delivers a payload, and tells whether that event was handled before.
async fn is_duplicate(service: &impl Delivered, payload: &str) -> bool {
    let response = service.clone().oneshot(delivery_of(payload)).await;
    let answer = Answer::of(response.expect("a response")).await;
    assert_eq!(answer.status, 200, "{payload}");
    answer.is_duplicate()
}

#[tokio::test]
async fn events_of_odd_ids_are_each_handled_once() {
    let calls = Calls::default();
    let service = IdempotencyLayer::new(MemoryStore::new()).layer(calls.succeeding());
    let ids = odd_texts();
    for repeated in [false, true] {
        for id in &ids {
            let seen = is_duplicate(&service, &payload(id)).await;
            assert_eq!(seen, repeated, "{id:?}");
        }
    }
    assert_eq!(calls.count(), ids.len());
}

#[tokio::test]
async fn events_without_a_name_are_told_by_their_payloads() {
    let calls = Calls::default();
    let service = IdempotencyLayer::new(MemoryStore::new()).layer(calls.succeeding());
    let payloads = [
        r#"{"id":"","type":"charge.succeeded","n":1}"#,
        r#"{"id":"","type":"charge.succeeded","n":2}"#,
        r#"{"id":"","type":"charge.refunded","n":1}"#,
    ];
    for repeated in [false, true] {
        for payload in payloads {
            let seen = is_duplicate(&service, payload).await;
            assert_eq!(seen, repeated, "{payload}");
        }
    }
    assert_eq!(calls.count(), payloads.len());
}

#[tokio::test]
async fn an_event_with_a_name_is_the_same_whatever_its_payload() {
    let service = IdempotencyLayer::new(MemoryStore::new()).layer(Calls::default().succeeding());
    let payloads = [
        r#"{"id":"evt_1","type":"charge.succeeded"}"#,
        r#"{"type":"charge.succeeded","id":"\u0065vt_1"}"#,
    ];
    assert!(!is_duplicate(&service, payloads[0]).await);
    assert!(is_duplicate(&service, payloads[1]).await);
}

#[tokio::test]
async fn events_with_one_id_and_different_types_are_both_handled() {
    let calls = Calls::default();
    let service = IdempotencyLayer::new(MemoryStore::new()).layer(calls.succeeding());
    for repeated in [false, true] {
        for event_type in ["charge.succeeded", "charge.refunded"] {
            let payload = serde_json::json!({ "id": "evt_test", "type": event_type }).to_string();
            let seen = is_duplicate(&service, &payload).await;
            assert_eq!(seen, repeated, "{event_type}");
        }
    }
    assert_eq!(calls.count(), 2);
}

#[tokio::test]
async fn namespaces_keep_handlers_apart() {
    let store = MemoryStore::new();
    let named = |namespace: &str, calls: &Calls| {
        let layer = IdempotencyLayer::new(store.clone());
        match namespace {
            "" => layer.layer(calls.succeeding()),
            name => layer.with_namespace(name).layer(calls.succeeding()),
        }
    };
    for namespace in ["", "billing", "mail", "bill:ing"] {
        let calls = Calls::default();
        let service = named(namespace, &calls);
        assert_eq!(
            deliver(&service, "evt_1").await.duplicate,
            None,
            "{namespace}"
        );
        assert!(
            deliver(&service, "evt_1").await.is_duplicate(),
            "{namespace}"
        );
        // The same handler in another process, say.
        assert!(
            deliver(&named(namespace, &calls), "evt_1")
                .await
                .is_duplicate()
        );
        assert_eq!(calls.count(), 1, "{namespace}");
    }
    let calls = Calls::default();
    assert!(
        deliver(&named("default", &calls), "evt_1")
            .await
            .is_duplicate()
    );
}
