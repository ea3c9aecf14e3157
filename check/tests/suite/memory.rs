//! Receivers that remember events under a wrong key, or not for long.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use http::{Request, Response, StatusCode};
use http_body_util::Full;
use serde_json::Value;
use tokio::time::sleep;
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

/// Handles for a while. Until it is done, or forever, duplicates get this status.
fn claiming(effects: &Effects, meanwhile: u16, forever: bool) -> Handler {
    let effects = effects.clone();
    let keys: Arc<Mutex<HashMap<String, bool>>> = Arc::default();
    let handle = move |request: Request<Full<_>>| {
        let event = request.extensions().get::<VerifiedEvent>();
        let event = event.map(|event| (event.id().to_owned(), event.event_type().to_owned()));
        let (effects, keys) = (effects.clone(), Arc::clone(&keys));
        async move {
            let (id, event_type) = event.expect("it is verified");
            let mut response = Response::new(Full::from(""));
            let claimed = keys.lock().expect("no panic").get(&id).copied();
            match claimed {
                Some(is_done) if is_done && !forever => {}
                Some(_) => *response.status_mut() = meanwhile.try_into().expect("a status"),
                None => {
                    keys.lock().expect("no panic").insert(id.clone(), false);
                    sleep(Duration::from_millis(50)).await;
                    effects.add(event_type.as_str());
                    keys.lock().expect("no panic").insert(id, true);
                }
            }
            Ok(response)
        }
    };
    BoxCloneSyncService::new(service_fn(handle))
}

#[tokio::test(start_paused = true)]
async fn a_duplicate_may_be_put_off_but_not_forever() {
    let at_once = ("duplicates".to_owned(), "at-once");
    let repeated = ("duplicates".to_owned(), "repeated");
    let forgotten = ("duplicates".to_owned(), "forgotten");
    for (status, forever, expected) in [
        (409, false, vec![]),
        (425, false, vec![]),
        (429, false, vec![]),
        (503, false, vec![]),
        (500, false, vec![at_once.clone()]),
        (409, true, vec![repeated, at_once, forgotten]),
    ] {
        let effects = Effects::default();
        let receiver = boxed(signature(), claiming(&effects, status, forever));
        let suite = effects.suite().only(Concern::Duplicates);
        assert_eq!(failures(suite, receiver).await, expected, "{status}");
    }
}
