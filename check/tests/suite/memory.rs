//! Receivers that remember events under a wrong key, or not for long.

use std::sync::{Arc, Mutex};

use http::{Request, Response, StatusCode};
use http_body_util::Full;
use serde_json::Value;
use tower::{service_fn, util::BoxCloneSyncService};
use tower_loops::VerifiedEvent;
use tower_loops_check::Concern;

use crate::receiver::{Effects, Handler, boxed, failures, signature};

/// Counts every event, of whatever type, whose key is new. `forget` sees the keys first.
fn once(effects: &Effects, key: fn(&VerifiedEvent) -> String, forget: fn(&mut Keys)) -> Handler {
    let effects = effects.clone();
    let keys: Arc<Mutex<Keys>> = Arc::default();
    let handle = move |request: Request<Full<_>>| {
        let event = request.extensions().get::<VerifiedEvent>();
        let mut response = Response::new(Full::from(""));
        match event {
            None => *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR,
            Some(event) => {
                let mut keys = keys.lock().expect("no panic");
                forget(&mut keys);
                let key = key(event);
                if !keys.contains(&key) {
                    keys.push(key);
                    effects.add("charge.succeeded");
                }
            }
        }
        async { Ok(response) }
    };
    BoxCloneSyncService::new(service_fn(handle))
}

type Keys = Vec<String>;

async fn found(
    key: fn(&VerifiedEvent) -> String,
    forget: fn(&mut Keys),
) -> Vec<(String, &'static str)> {
    let effects = Effects::default();
    let receiver = boxed(signature(), once(&effects, key, forget));
    failures(effects.suite().only(Concern::Duplicates), receiver).await
}

#[tokio::test(start_paused = true)]
async fn the_key_is_the_id_of_the_event() {
    assert_eq!(found(|event| event.id().to_owned(), |_| {}).await, []);
}

#[tokio::test(start_paused = true)]
async fn the_key_is_the_id_of_the_object() {
    let of_object = |event: &VerifiedEvent| {
        let json: Value = serde_json::from_slice(event.payload()).expect("JSON");
        json["data"]["object"]["id"].to_string()
    };
    let found = found(of_object, |_| {}).await;
    assert_eq!(found, [("duplicates".to_owned(), "same-object")]);
}

#[tokio::test(start_paused = true)]
async fn a_few_ids_are_remembered() {
    let few = |keys: &mut Keys| {
        if keys.len() > 2 {
            keys.remove(0);
        }
    };
    let found = found(|event| event.id().to_owned(), few).await;
    assert_eq!(found, [("duplicates".to_owned(), "forgotten")]);
}
