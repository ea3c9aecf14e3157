//! Traits that types must have, or must not. The listing of the public API has the others.

use std::{fmt::Display, hash::Hash, str::FromStr};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use serde::{Serialize, de::DeserializeOwned};
use tower::util::BoxCloneSyncService;
use tower_loops::{
    BoxError, EventData, LoopsSignature, LoopsSignatureLayer, MissingLayer, ObjectError, Rejection,
    ResponseBody, ResponseFuture, Secret, SecretError, Signer, Verification, VerifiedEvent,
    Verifier,
};

type Inner = BoxCloneSyncService<Request<Full<Bytes>>, Response<Full<Bytes>>, BoxError>;

/// Does not compile if one of the types has one of the traits: `check` is ambiguous then.
macro_rules! assert_no_traits {
    ([$($type:ty),*] $traits:tt) => {
        $(assert_no_traits!(@ $type, $traits);)*
    };
    (@ $type:ty, { $($bound:path),* }) => {{
        trait Ambiguous<A> {
            fn check() {}
        }
        impl<T: ?Sized> Ambiguous<()> for T {}
        $({
            struct HasTrait;
            impl<T: ?Sized + $bound> Ambiguous<HasTrait> for T {}
        })*
        <$type as Ambiguous<_>>::check();
    }};
}

/// As few as contain all others: the parts of a type are as it is.
#[test]
fn public_types_are_send_and_sync() {
    fn assert_shared<T: Send + Sync + Unpin + 'static>() {}
    fn assert_sent<T: Send + 'static>() {}
    assert_shared::<(Secret, SecretError, Signer, Verifier, Verification)>();
    assert_shared::<(Rejection, VerifiedEvent, EventData, ObjectError)>();
    assert_shared::<(LoopsSignatureLayer, LoopsSignature<Inner>, MissingLayer)>();
    assert_shared::<ResponseBody<Full<Bytes>>>();
    assert_sent::<ResponseFuture<Inner, Full<Bytes>>>();
}

#[test]
fn a_secret_cannot_be_shown_or_compared() {
    assert_no_traits!([Secret, Verifier, Verification, Signer] {
        Display, Serialize, Default, AsRef<[u8]>, AsRef<str>, Into<Vec<u8>>
    });
    // Equality would be one that is not of constant time.
    assert_no_traits!([Secret, Verifier, Signer] { PartialEq, Hash });
}

#[test]
fn an_event_comes_from_a_verifier_only() {
    assert_no_traits!([VerifiedEvent] { Default, DeserializeOwned, From<Bytes>, FromStr });
    assert_no_traits!([Verification] { Clone });
}
