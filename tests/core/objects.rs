//! Objects in the shapes that the API has had since 2013 (`vectors/objects.json`): the fields that
//! are read, those named as unreadable, and the results of the accessors.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json, value::RawValue};
use tower_loops::{EventData, Reference};

use crate::event;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    name: String,
    r#type: String,
    /// As it was sent: a `Value` would lose the spelling of numbers, and members that are repeated.
    object: Box<RawValue>,
    /// The object as this crate writes it.
    read: Value,
    #[serde(default)]
    unreadable: Vec<String>,
    #[serde(default)]
    calls: Map<String, Value>,
}

fn vectors() -> Vec<Vector> {
    serde_json::from_str(include_str!("vectors/objects.json")).expect("vectors")
}

/// Asserts that the vector is read, by itself and in an event.
fn assert_read<T>(vector: &Vector, object: &T, unreadable: &[String], calls: Value)
where
    T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let name = &vector.name;
    let alone: T = serde_json::from_str(vector.object.get()).expect(name);
    assert_eq!(alone, *object, "{name}");
    assert_eq!(json!(object), vector.read, "{name}");
    let expected = vector
        .unreadable
        .iter()
        .map(|path| format!("data.object.{path}"));
    let mut paths = unreadable.to_vec();
    paths.sort_unstable();
    assert_eq!(paths, expected.collect::<Vec<_>>(), "{name}");
    let mut calls: Map<String, Value> = serde_json::from_value(calls).expect(name);
    calls.retain(|_, result| !result.is_null() && *result != false);
    assert_eq!(calls, vector.calls, "{name}");
}

#[test]
fn objects_of_every_generation_are_read() {
    fn id(reference: &Option<Reference>) -> Option<&str> {
        reference.as_ref().map(Reference::id)
    }
    for vector in &vectors() {
        match event(&vector.r#type, vector.object.get()).data().unwrap() {
            EventData::ChargeRefunded(it) => {
                assert_eq!(it.refunds(), it.refunds);
                assert_read(vector, &it, it.unreadable(), json!({}));
            }
            EventData::CheckoutSessionCompleted(it) => {
                for item in it.line_items() {
                    let fields = (id(&item.price), id(&item.product));
                    assert_eq!((item.price(), item.product()), fields);
                }
                assert_read(vector, &it, it.unreadable(), json!({}));
            }
            EventData::CustomerSubscriptionDeleted(it) => {
                for item in it.items() {
                    let fields = (id(&item.price), id(&item.product));
                    assert_eq!((item.price(), item.product()), fields);
                }
                let (start, end) = (it.current_period_start(), it.current_period_end());
                let calls = json!({"start": start, "end": end});
                assert_read(vector, &it, it.unreadable(), calls);
            }
            EventData::InvoicePaymentSucceeded(it) => {
                for line in it.lines() {
                    let fields = (id(&line.price), id(&line.product), &line.subscription);
                    let calls = (line.price(), line.product(), &line.subscription().cloned());
                    assert_eq!(calls, fields);
                }
                let calls = json!({
                    "truncated": it.lines_truncated(),
                    "subscription": it.subscription(),
                    "metadata": it.subscription_metadata(),
                    "paid_until": it.paid_until(),
                });
                assert_read(vector, &it, it.unreadable(), calls);
            }
            other => panic!("{}: {other:?}", vector.name),
        }
    }
}
