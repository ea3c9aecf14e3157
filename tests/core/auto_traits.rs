//! Which traits the public types have, and which they must not have.

use std::{
    error::Error,
    fmt::{Debug, Display},
    hash::Hash,
    marker::PhantomData,
    str::FromStr,
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::{Empty, Full};
use serde::{Serialize, de::DeserializeOwned};
use tower::util::BoxCloneSyncService;
use tower_loops::{
    Address, BillingDetails, BodyError, BoxError, CancellationDetails, Charge, CheckoutSession,
    CustomField, CustomerDetails, EventData, EventObject, EventType, FinalizationError,
    HeaderError, Invoice, InvoiceLine, LineItem, LoopsSignature, LoopsSignatureLayer, MissingLayer,
    ObjectError, OtherEventType, PayloadError, Period, Reference, Refund, Rejection, ResponseBody,
    ResponseFuture, Secret, SecretError, ShippingDetails, Signer, Subscription, SubscriptionItem,
    TotalDetails, Verification, VerifiedEvent, Verifier,
};

/// Whether the type implements the trait, as a `bool`: an inherent constant exists only if it does,
/// and then hides the constant of the trait `Otherwise`, which exists always.
macro_rules! implements {
    ($type:ty: $bound:path) => {{
        #[allow(dead_code)]
        struct Probe<T: ?Sized>(PhantomData<T>);
        #[allow(dead_code)]
        trait Otherwise {
            const IT_DOES: bool = false;
        }
        impl<T: ?Sized> Otherwise for Probe<T> {}
        #[allow(dead_code)]
        impl<T: ?Sized + $bound> Probe<T> {
            const IT_DOES: bool = true;
        }
        <Probe<$type>>::IT_DOES
    }};
}

/// Each type has all of the traits.
macro_rules! assert_traits {
    ([$($type:ty),* $(,)?] $traits:tt) => {
        $(assert_traits!(@ $type, $traits);)*
    };
    (@ $type:ty, { $($bound:path),* }) => {
        $(assert!(implements!($type: $bound), "{}: {}", stringify!($type), stringify!($bound));)*
    };
}

/// No type has any of the traits.
macro_rules! assert_no_traits {
    ([$($type:ty),* $(,)?] $traits:tt) => {
        $(assert_no_traits!(@ $type, $traits);)*
    };
    (@ $type:ty, { $($bound:path),* }) => {
        $(assert!(!implements!($type: $bound), "{}: {}", stringify!($type), stringify!($bound));)*
    };
}

trait Static: 'static {}
impl<T: 'static> Static for T {}

type Inner = BoxCloneSyncService<Request<Full<Bytes>>, Response<Full<Bytes>>, BoxError>;
type InnerFuture = ResponseFuture<Inner, Full<Bytes>>;

#[test]
fn public_types_are_send_sync_debug_and_mostly_clone() {
    assert_traits!([Verification, ResponseBody<Full<Bytes>>] { Send, Sync, Unpin, Static, Debug });
    assert_traits!([InnerFuture] { Send, Static, Debug });
    assert_traits!([
        Secret, SecretError, Verifier, Signer, Rejection, BodyError, HeaderError, PayloadError, VerifiedEvent,
        EventType, OtherEventType, EventData, EventObject, ObjectError, Reference, Charge, BillingDetails, CheckoutSession,
        CustomerDetails, TotalDetails, Subscription, Invoice, LoopsSignatureLayer, LoopsSignature<Inner>, MissingLayer,
    ] { Send, Sync, Unpin, Static, Debug, Clone });
}

#[test]
fn errors_are_errors() {
    assert_traits!([Rejection, SecretError, HeaderError, PayloadError, ObjectError] {
        Error, Display
    });
    assert_traits!([SecretError, HeaderError, PayloadError, ObjectError] { PartialEq, Eq });
}

#[test]
fn a_secret_cannot_be_shown_or_compared() {
    assert_no_traits!([Secret, Verifier, Verification, Signer] {
        Display, ToString, Serialize, Default, AsRef<[u8]>, AsRef<str>, Into<Vec<u8>>
    });
    // Equality would be one that is not of constant time.
    assert_no_traits!([Secret, Verifier, Signer] { PartialEq, Hash });
}

#[test]
fn an_event_comes_from_a_verifier_only() {
    assert_no_traits!([VerifiedEvent] { Default, DeserializeOwned, From<Bytes>, FromStr });
    assert_no_traits!([Verification] { Default, Clone });
}

#[test]
fn data_types_have_the_common_traits() {
    assert_traits!([EventType] {
        Display, FromStr, Ord, Hash, Serialize, DeserializeOwned, PartialEq<str>, PartialEq<&'static str>
    });
    assert_traits!([Reference] {
        Display, AsRef<str>, From<&'static str>, From<String>, Eq, Hash, Serialize, DeserializeOwned
    });
    assert_traits!([
        Charge, CheckoutSession, Subscription, Invoice, BillingDetails, CustomerDetails, TotalDetails,
        Address, CancellationDetails, CustomField, FinalizationError, InvoiceLine, LineItem, Period, Refund,
        ShippingDetails, SubscriptionItem,
    ] { Clone, Debug, Send, Sync, Default, Eq, Hash, Serialize, DeserializeOwned });
    assert_traits!([EventData] { Clone, PartialEq, Debug, Send, Sync });
}

#[test]
fn wrappers_have_the_traits_of_what_they_wrap() {
    type Local = std::rc::Rc<()>;
    assert_traits!([LoopsSignature<Local>, ResponseBody<Local>] { Debug, Unpin });
    assert_traits!([LoopsSignature<Local>] { Clone });
    assert_no_traits!([LoopsSignature<Local>, ResponseBody<Local>] { Send, Sync });

    struct NoTraits;
    assert_traits!([LoopsSignature<NoTraits>, ResponseBody<NoTraits>] { Send, Sync, Debug });
    assert_no_traits!([LoopsSignature<NoTraits>] { Clone });

    assert_traits!([ResponseBody<Full<Bytes>>, ResponseBody<Empty<Bytes>>] { Body });
    assert_no_traits!([ResponseBody<NoTraits>] { Body });
    assert_traits!([InnerFuture] { Future });
}
