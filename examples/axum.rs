//! The endpoint of Loops' guide, in axum: what its to-do lists ask for, in memory.
//!
//! ```sh
//! LOOPS_WEBHOOK_SECRET=whsec_example cargo run --example axum
//! ```
//!
//! and in another terminal
//!
//! ```sh
//! LOOPS_WEBHOOK_SECRET=whsec_example cargo run --example send_event -- http://127.0.0.1:3000/api/webhooks/loops charge.succeeded
//! ```

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    env,
    fmt::Arguments,
    io::{self, Write},
    process,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{Json, Router, body::Bytes, extract::State, routing::post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tower_loops::{
    BoxError, Charge, CheckoutSession, EventData, Invoice, LoopsSignatureLayer, Money, Reference,
    Subscription, VerifiedEvent,
};

use crate::serve::{Limits, serve};

#[path = "support/serve.rs"]
mod serve;

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let signature = LoopsSignatureLayer::from_env().unwrap_or_else(|error| {
        eprintln!("{error}");
        process::exit(1)
    });
    let app = Router::new().route("/api/webhooks/loops", post(receive).route_layer(signature));
    let app = app.with_state(Arc::default());

    let address = env::args().nth(1).unwrap_or("127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(address).await?;
    say(format_args!(
        "listening on http://{}/api/webhooks/loops",
        listener.local_addr()?
    ));
    // `axum::serve(listener, app)` would wait forever for the requests of silent clients.
    serve(listener, app, Limits::default()).await
}

/// Prints a line. `println!` panics once nobody reads any more, as after `| head`: an event would
/// not be acknowledged.
fn say(line: Arguments<'_>) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// Runs only for requests that Loops signed: only the layer can create a `VerifiedEvent`.
async fn receive(State(shop): State<Arc<Mutex<Shop>>>, event: VerifiedEvent) -> Json<Value> {
    let event_type = event.event_type().as_str();
    let mut shop = shop.lock().unwrap_or_else(PoisonError::into_inner);
    // What a payload contains is printed escaped: a line break in it would start another line.
    match shop.handle(&event) {
        Ok(done) => say(format_args!("{event_type:?}: {done}")),
        // No retry mends it: store it for a person, then acknowledge it. An event that is not
        // stored, or a database that is down, is a 500: Loops sends the event again.
        Err(error) => {
            let payload = Bytes::copy_from_slice(event.payload());
            shop.given_up.insert(event.id().to_owned(), payload);
            say(format_args!("{event_type:?}: given up: {error}"));
        }
    }
    Json(json!({ "received": true }))
}

/// Four tables of a database. Events arrive at least once and in any order, so each step is
/// idempotent and tolerates late events.
#[derive(Default)]
struct Shop {
    /// The payments and orders that are paid: unique keys.
    paid: HashSet<String>,
    /// How much of a charge was reversed.
    reversed: HashMap<String, i64>,
    /// By the id of the subscription.
    plans: HashMap<String, Plan>,
    /// The payloads of events that a person must look at, by the id of the event.
    given_up: HashMap<String, Bytes>,
}

#[derive(Default)]
struct Plan {
    prices: BTreeSet<String>,
    /// In Unix seconds.
    paid_until: i64,
    has_ended: bool,
}

impl Shop {
    fn handle(&mut self, event: &VerifiedEvent) -> Result<String, BoxError> {
        if event.livemode() == Some(false) {
            return Ok("test mode, no money moved".to_owned());
        }
        match event.data()? {
            EventData::ChargeSucceeded(charge) => self.charged(&charge),
            EventData::ChargeRefunded(charge) => self.refunded(&charge),
            EventData::CheckoutSessionCompleted(session) => self.checked_out(&session),
            EventData::CustomerSubscriptionCreated(subscription) => self.subscribed(&subscription),
            EventData::CustomerSubscriptionDeleted(subscription) => self.ended(&subscription),
            EventData::InvoicePaymentSucceeded(invoice) => self.extended(&invoice),
            EventData::InvoicePaymentFailed(invoice) => Ok(ask_for_payment_method(&invoice)),
            _ => Ok("acknowledged".to_owned()),
        }
    }

    fn charged(&mut self, charge: &Charge) -> Result<String, BoxError> {
        let amount = Money::new(charge.amount, charge.currency.as_deref());
        if charge.captured == Some(false) {
            return Ok(format!("{amount} authorized, not paid yet"));
        }
        let order = charge.metadata.as_ref().and_then(|it| it.get("order_id"));
        self.pay(charge.payment_intent.as_ref(), order, amount)
    }

    fn checked_out(&mut self, session: &CheckoutSession) -> Result<String, BoxError> {
        let amount = Money::new(session.amount_total, session.currency.as_deref());
        if session.payment_status.as_deref() == Some("unpaid") {
            // `checkout.session.async_payment_succeeded` follows when the money has arrived.
            return Ok(format!("{amount} not paid yet"));
        }
        let order = session.metadata.as_ref().and_then(|it| it.get("order_id"));
        self.pay(session.payment_intent.as_ref(), order, amount)
    }

    /// `charge.succeeded` and `checkout.session.completed` are about the same payment: the first
    /// one fulfils the order.
    fn pay(
        &mut self,
        payment: Option<&Reference>,
        order: Option<&String>,
        amount: Money<'_>,
    ) -> Result<String, BoxError> {
        let payment = payment.map(|payment| payment.id().to_owned());
        let keys: Vec<String> = payment.into_iter().chain(order.cloned()).collect();
        if keys.is_empty() {
            return Err("neither a payment nor an order is named".into());
        }
        let is_new = !keys.iter().any(|key| self.paid.contains(key));
        self.paid.extend(keys);
        let what = if is_new { "fulfil" } else { "fulfilled before" };
        Ok(format!("{what}: order {order:?}, {amount}"))
    }

    fn refunded(&mut self, charge: &Charge) -> Result<String, BoxError> {
        let id = charge.id.clone().ok_or("the charge has no id")?;
        // Cumulative: all refunds of the charge so far. `previous_as` and `refunds()` tell what
        // this event changed, but only the difference to what was reversed before is right after
        // an event that was repeated, late or lost.
        let total = charge.amount_refunded.ok_or("no amount_refunded")?;
        let reversed = self.reversed.entry(id).or_default();
        let new = total.saturating_sub(*reversed).max(0);
        *reversed = total.max(*reversed);
        let new = Money::new(new, charge.currency.as_deref());
        let order = charge.metadata.as_ref().and_then(|it| it.get("order_id"));
        Ok(format!("reverse {new} of order {order:?}"))
    }

    fn subscribed(&mut self, subscription: &Subscription) -> Result<String, BoxError> {
        let plan = self.plan(subscription.id.as_deref())?;
        let prices = subscription.items().iter().filter_map(|item| item.price());
        plan.prices.extend(prices.map(str::to_owned));
        let prices = &plan.prices;
        Ok(match subscription.status.as_deref() {
            Some("active" | "trialing") if !plan.has_ended => format!("grant {prices:?}"),
            status => format!("do not grant {prices:?}: {status:?}"),
        })
    }

    fn ended(&mut self, subscription: &Subscription) -> Result<String, BoxError> {
        let plan = self.plan(subscription.id.as_deref())?;
        plan.has_ended = true;
        Ok(format!("revoke {:?}", plan.prices))
    }

    fn extended(&mut self, invoice: &Invoice) -> Result<String, BoxError> {
        let Some(until) = invoice.paid_until() else {
            return Ok("paid, extends no subscription".to_owned());
        };
        let plan = self.plan(invoice.subscription().map(Reference::id))?;
        plan.paid_until = until.max(plan.paid_until);
        Ok(format!("paid until {}", plan.paid_until))
    }

    fn plan(&mut self, subscription: Option<&str>) -> Result<&mut Plan, BoxError> {
        let id = subscription.ok_or("no subscription is named")?;
        Ok(self.plans.entry(id.to_owned()).or_default())
    }
}

fn ask_for_payment_method(invoice: &Invoice) -> String {
    let amount = Money::new(invoice.amount_due, invoice.currency.as_deref());
    let (email, page) = (&invoice.customer_email, &invoice.hosted_invoice_url);
    format!("ask {email:?} for a new payment method: {amount}, {page:?}")
}
