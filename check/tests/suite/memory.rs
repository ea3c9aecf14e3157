//! Receivers that remember events under a wrong key, or not for long.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

use http::{Request, Response};
use http_body_util::Full;
use serde_json::Value;
use tokio::time::sleep;
use tower::{service_fn, util::BoxCloneSyncService};
use tower_loops::VerifiedEvent;
use tower_loops_check::Concern;

use crate::receiver::{Effects, Handler, Receiver, boxed, failures, signature};

/// Counts every event, of whatever type, whose key is not among the newest ones.
fn once(effects: &Effects, key: fn(&VerifiedEvent) -> String, capacity: usize) -> Handler {
    let effects = effects.clone();
    let keys: Arc<Mutex<VecDeque<String>>> = Arc::default();
    let handle = move |request: Request<Full<_>>| {
        let event = request.extensions().get::<VerifiedEvent>();
        let key = key(event.expect("it is verified"));
        let mut keys = keys.lock().expect("no panic");
        if !keys.contains(&key) {
            keys.push_back(key);
            effects.add("charge.succeeded");
        }
        if keys.len() > capacity {
            keys.pop_front();
        }
        async { Ok(Response::default()) }
    };
    BoxCloneSyncService::new(service_fn(handle))
}

#[tokio::test(start_paused = true)]
async fn the_key_is_the_id_of_the_event_and_not_forgotten() {
    type Key = fn(&VerifiedEvent) -> String;
    let id: Key = |event| event.id().to_owned();
    let of_object: Key = |event| {
        let json: Value = serde_json::from_slice(event.payload()).expect("JSON");
        json["data"]["object"]["id"].to_string()
    };
    let cases: [(Key, usize, &[&str]); 3] = [
        (id, usize::MAX, &[]),
        (of_object, usize::MAX, &["same-object"]),
        (id, 3, &["forgotten"]),
    ];
    for (key, capacity, expected) in cases {
        let effects = Effects::default();
        let receiver = boxed(signature(), once(&effects, key, capacity));
        assert_eq!(duplicates_fail(&effects, receiver).await, expected);
    }
}

/// The checks of duplicates that fail.
async fn duplicates_fail(effects: &Effects, receiver: Receiver) -> Vec<&'static str> {
    let suite = effects.suite().only(Concern::Duplicates);
    let failures = failures(suite, receiver).await;
    failures.into_iter().map(|(_, check)| check).collect()
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
    let cases: [(u16, bool, &[&str]); 6] = [
        (409, false, &[]),
        (425, false, &[]),
        (429, false, &[]),
        (503, false, &[]),
        (500, false, &["at-once"]),
        (409, true, &["repeated", "at-once", "forgotten"]),
    ];
    for (status, forever, expected) in cases {
        let effects = Effects::default();
        let receiver = boxed(signature(), claiming(&effects, status, forever));
        let failed = duplicates_fail(&effects, receiver).await;
        assert_eq!(failed, expected, "{status}");
    }
}
