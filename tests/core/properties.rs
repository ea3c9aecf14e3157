//! Properties of any secret, time, header and body.

use std::time::Duration;

use bytes::Bytes;
use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
};
use testkit::delivery::{NOW, secret};
use tower_loops::{Signer, Verifier};

use crate::{
    at,
    json::is_event,
    outcome,
    strategies::{almost_a_header, any_event, any_secret, config},
    verify,
};

proptest! {
    #![proptest_config(config(512))]

    #[test]
    fn a_signed_body_verifies_however_it_is_cut(
        key in any_secret(),
        (body, id, event_type) in any_event(),
        signed in 0_u64..1 << 40,
        nanos in 0_u32..1_000_000_000,
        drift in -300_i64..=300,
        cuts in vec(any::<Index>(), 0..8),
    ) {
        let signer = Signer::new(secret(key.clone()));
        let header = signer.sign(body.as_bytes(), at(signed) + Duration::from_nanos(nanos.into()));
        let now = at(signed.saturating_add_signed(drift)) + Duration::from_nanos(nanos.into());
        let verifier = Verifier::new(secret(key));
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(body.len() + 1)).collect();
        cuts.extend([0, body.len()]);
        cuts.sort_unstable();
        let mut verification = verifier.begin(header.as_bytes(), now).unwrap();
        for pair in cuts.windows(2) {
            verification.update(&body.as_bytes()[pair[0]..pair[1]]);
        }
        let whole = verifier.verify(header.as_bytes(), Bytes::from(body.clone()), now);
        for event in [verification.finish(), whole] {
            let event = event.unwrap();
            prop_assert_eq!(event.payload(), body.as_bytes());
            prop_assert_eq!(event.id(), &id);
            prop_assert_eq!(event.event_type().as_str(), &event_type);
            prop_assert_eq!(event.signed_at(), at(signed));
        }
    }

    #[test]
    fn a_change_of_one_byte_is_rejected(
        key in any_secret(),
        (body, ..) in any_event(),
        place in any::<Index>(),
        mask in 1_u8..,
    ) {
        let header = Signer::new(secret(key.clone())).sign(body.as_bytes(), at(NOW));
        let check = |key: &[u8], header: &[u8], body: &[u8]| {
            let verifier = Verifier::new(secret(key)).with_tolerance(Duration::MAX);
            verifier.verify(header, Bytes::copy_from_slice(body), at(NOW))
        };
        let changed = |bytes: &[u8]| {
            let mut bytes = bytes.to_vec();
            let place = place.index(bytes.len());
            bytes[place] ^= mask;
            bytes
        };
        let header = header.as_bytes();
        prop_assert!(check(&key, header, body.as_bytes()).is_ok());

        let rejected = |result| outcome(&result) == "Invalid signature";
        prop_assert!(rejected(check(&changed(&key), header, body.as_bytes())));
        prop_assert!(rejected(check(&key, header, &changed(body.as_bytes()))));
        prop_assert!(rejected(check(&key, header, &[body.as_bytes(), &[mask]].concat())));
        prop_assert!(rejected(check(&key, header, &body.as_bytes()[1..])));
        // The case of hex digits is ignored.
        let other = changed(header);
        if !other.eq_ignore_ascii_case(header) || !other.starts_with(b"t=") {
            prop_assert!(check(&key, &other, body.as_bytes()).is_err(), "{}", other.escape_ascii());
        }
    }

    #[test]
    fn unsigned_bytes_are_never_accepted(
        header in prop_oneof![vec(any::<u8>(), 0..200).prop_map(Bytes::from), almost_a_header()],
        body in prop_oneof![
            vec(any::<u8>(), 0..200),
            any_event().prop_map(|(body, ..)| body.into_bytes()),
        ],
    ) {
        prop_assert!(verify(header, body).is_err());
    }

    #[test]
    fn a_changed_event_is_read_like_the_reference(
        (body, ..) in any_event(),
        place in any::<Index>(),
        byte in prop_oneof![
            any::<u8>(),
            select(&b"{}[]\",:\\ 0123456789.eE+-tfnu\n\t/'"[..]),
        ],
        insert in any::<bool>(),
    ) {
        let mut text = body.into_bytes();
        let place = place.index(text.len());
        if insert {
            text.insert(place, byte);
        } else {
            text[place] = byte;
        }
        is_event(text);
    }

    #[test]
    fn any_bytes_are_read_like_the_reference(
        text in prop_oneof![
            vec(any::<u8>(), 0..40),
            r#"[\[\]{}",:\\0-9.eE+\-tfnrulas ]{0,12}"#.prop_map(String::into_bytes),
            r#"([\[{]|"a":|[0-9],|[\]}])*"#.prop_map(String::into_bytes),
            "-?[0-9.eE+\\-]{1,6}".prop_map(String::into_bytes),
            r#""(\\[a-fnrtu0-9"\\/]|[a-z0-9]){0,12}""#.prop_map(String::into_bytes),
        ],
    ) {
        let text = [&br#"{"id":"e","type":"t","x":"#[..], &text, b"}"].concat();
        is_event(text);
    }
}
