//! Lists, sums, plans and containers that are not what they should be.

use serde_json::json;

use crate::{
    fields::{session, subscription},
    invoice::invoice,
};

#[test]
fn what_is_no_list_or_no_sum_is_named() {
    let gaps = subscription(&json!({"items": {"0": {"id": "si_1"}}}));
    assert_eq!(gaps.unreadable(), ["data.object.items"]);
    for empty in [json!({}), json!({"object": "list"}), json!([])] {
        assert_eq!(subscription(&json!({"items": empty})).unreadable(), [""; 0]);
    }
    for taxes in [json!([{"amount": 900}, "x"]), json!([{"amount": 900}, {}])] {
        let read = invoice(&json!({"total_taxes": taxes}));
        assert_eq!(read.tax, None, "{taxes}");
        assert!(!read.unreadable().is_empty(), "{taxes}");
    }
}

#[test]
fn a_plan_without_id_names_its_product_and_completes_a_bare_item() {
    let plan = json!({"product": "prod_1"});
    let only_plan = subscription(&json!({"plan": plan, "quantity": 2}));
    assert_eq!(only_plan.items()[0].product(), Some("prod_1"));
    assert_eq!(only_plan.items()[0].quantity, Some(2));
    let bare_item = json!({"plan": {"id": "gold"}, "items": {"data": [{"id": "si_1"}]}});
    let bare_item = subscription(&bare_item);
    assert_eq!(bare_item.items()[0].price(), Some("gold"));
    assert_eq!(bare_item.items()[0].id.as_deref(), Some("si_1"));
}

#[test]
fn what_stands_in_place_of_an_object_with_fields_is_named_once() {
    let odd =
        json!({"status_transitions": "x", "lines": [{"pricing": 7, "parent": "y", "amount": 1}]});
    let odd = invoice(&odd);
    assert_eq!(odd.lines()[0].amount, Some(1));
    let mut unreadable = odd.unreadable().to_vec();
    unreadable.sort();
    let expected = ["lines[0].parent", "lines[0].pricing", "status_transitions"];
    assert_eq!(
        unreadable,
        expected.map(|path| format!("data.object.{path}"))
    );
    let usual = json!({"status_transitions": null, "lines": [{"price": "price_1", "parent": null, "plan": []}]});
    assert_eq!(invoice(&usual).unreadable(), [""; 0]);
}

#[test]
fn a_list_of_words_has_no_numbers() {
    let session = session(&json!({"payment_method_types": ["card", 5, "link"]}));
    assert_eq!(session.payment_method_types, ["card", "link"]);
    let path = "data.object.payment_method_types[1]";
    assert_eq!(session.unreadable(), [path]);
}
