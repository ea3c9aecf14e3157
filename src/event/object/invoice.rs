//! The object of `invoice.*` events.

use crate::{
    event::object::{
        fields::fields,
        invoice_line::{InvoiceLine, TaxAmounts},
        invoice_payment::PaymentIntent,
        metadata::Metadata,
        path::Unreadable,
        read::Json,
        reference::Reference,
        text::Word,
    },
    json::last_member,
};

/// An invoice. Amounts are integers in the currency's minor unit, times are Unix seconds. Every
/// field is optional; `null` counts as absent.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Invoice {
    /// The id of the invoice.
    pub id: Option<String>,
    /// `draft`, `open`, `paid`, `uncollectible` or `void`.
    pub status: Option<String>,
    /// Whose invoice it is.
    pub customer: Option<Reference>,
    /// The customer's e-mail address.
    pub customer_email: Option<String>,
    /// The customer's name.
    pub customer_name: Option<String>,
    /// When it was created, in Unix seconds.
    pub created: Option<i64>,
    /// The amount to be paid, in minor units.
    pub amount_due: Option<i64>,
    /// The amount paid, in minor units.
    pub amount_paid: Option<i64>,
    /// The amount still to be paid, in minor units.
    pub amount_remaining: Option<i64>,
    /// The amount before discounts and taxes, in minor units.
    pub subtotal: Option<i64>,
    /// The sum of the taxes, in minor units.
    pub tax: Option<i64>,
    /// The total after discounts and taxes, in minor units.
    pub total: Option<i64>,
    /// The ISO currency code, lower case.
    pub currency: Option<String>,
    /// How often payment was tried.
    pub attempt_count: Option<i64>,
    /// When payment is tried next, in Unix seconds.
    pub next_payment_attempt: Option<i64>,
    /// When it is due, in Unix seconds.
    pub due_date: Option<i64>,
    /// When it was paid, in Unix seconds.
    pub paid_at: Option<i64>,
    /// The start of the period that usage is billed for, in Unix seconds. Not the period paid for:
    /// see [`paid_until`](Self::paid_until).
    pub period_start: Option<i64>,
    /// The end of the period that usage is billed for, in Unix seconds. It is one period before
    /// [`paid_until`](Self::paid_until).
    pub period_end: Option<i64>,
    /// The page where the customer sees and pays it.
    pub hosted_invoice_url: Option<String>,
    /// The invoice as a PDF.
    pub invoice_pdf: Option<String>,
    /// The number that people see.
    pub number: Option<String>,
    /// Why there is an invoice: `subscription_create`, `subscription_cycle` and so on.
    pub billing_reason: Option<String>,
    /// `charge_automatically` or `send_invoice`.
    pub collection_method: Option<String>,
    /// How it is paid.
    pub default_payment_method: Option<Reference>,
    /// The payment intent; in newer API versions that of the default one of the invoice's payments,
    /// else the one that all of them name.
    pub payment_intent: Option<Reference>,
    /// The newest charge.
    pub charge: Option<Reference>,
    /// The subscription, where the invoice itself or its parent has it.
    pub subscription: Option<Reference>,
    /// What the seller attached to the subscription, as it was when the invoice was finalized.
    pub subscription_metadata: Option<Metadata>,
    /// What is billed.
    pub lines: Vec<InvoiceLine>,
    /// Whether there are more lines than [`lines`](Self::lines) has.
    pub lines_has_more: Option<bool>,
    /// Why it could not be finalized.
    pub last_finalization_error: Option<FinalizationError>,
    /// What the seller attached.
    pub metadata: Option<Metadata>,
    pub(super) unreadable: Unreadable,
}

fields! {
    Invoice: "invoice" {
        id,
        status as Word,
        customer,
        customer_email as Word,
        customer_name,
        created or ["date"],
        amount_due,
        amount_paid,
        amount_remaining,
        subtotal,
        tax or ["total_taxes"] as TaxAmounts,
        total,
        currency as Word,
        attempt_count,
        next_payment_attempt,
        due_date,
        paid_at or ["status_transitions.paid_at"],
        period_start,
        period_end,
        hosted_invoice_url as Word,
        invoice_pdf as Word,
        number,
        billing_reason as Word,
        collection_method or ["billing"] as Word,
        default_payment_method,
        payment_intent or ["payments"] as PaymentIntent,
        charge,
        subscription or ["parent.subscription_details.subscription"],
        subscription_metadata or [
            "parent.subscription_details.metadata",
            "subscription_details.metadata"
        ],
        lines,
        lines_has_more or ["lines.has_more"],
        last_finalization_error,
        metadata,
    } then Invoice::mark_truncated
}

impl Invoice {
    /// The subscription that is billed: what the invoice or its parent names, else what the lines
    /// name. `None` if they name several.
    #[must_use]
    pub fn subscription(&self) -> Option<&Reference> {
        let of_lines = || {
            let mut named = self
                .lines
                .iter()
                .filter_map(|line| line.subscription.as_ref());
            let first = named.next()?;
            named.all(|other| other == first).then_some(first)
        };
        self.subscription.as_ref().or_else(of_lines)
    }

    /// What the seller attached to the subscription, as it was when the invoice was finalized. API
    /// versions before 2023 have it nowhere but in the [lines](InvoiceLine::metadata).
    #[must_use]
    pub fn subscription_metadata(&self) -> Option<&Metadata> {
        self.subscription_metadata.as_ref()
    }

    /// What is billed. See [`lines_truncated`](Self::lines_truncated).
    #[must_use]
    pub fn lines(&self) -> &[InvoiceLine] {
        &self.lines
    }

    /// Whether there are more lines than [`lines`](Self::lines) has: the payload has the first ones
    /// only (it says so, or counts more), or more than 10,000. [`paid_until`](Self::paid_until) may
    /// be too early then.
    #[must_use]
    pub fn lines_truncated(&self) -> bool {
        self.lines_has_more == Some(true)
    }

    /// When the period ends that this invoice pays for, in Unix seconds. It is the latest period
    /// end of the lines that belong to the subscription and are not a proration.
    ///
    /// The invoice's own [`period_end`](Self::period_end) is one period earlier. A line that names
    /// no subscription belongs to it, unless it is an invoice item. One whose `proration` is
    /// absent, or [unreadable](Self::unreadable), counts as no proration.
    #[must_use]
    pub fn paid_until(&self) -> Option<i64> {
        let subscription = self.subscription();
        let ends = self.lines.iter().filter_map(|line| {
            let belongs = match &line.subscription {
                Some(named) => subscription == Some(named),
                None => {
                    !line.is_invoice_item() && (subscription.is_some() || line.is_of_subscription())
                }
            };
            let is_counted = belongs && line.proration != Some(true);
            line.period.as_ref()?.end.filter(|_| is_counted)
        });
        ends.max()
    }

    fn mark_truncated(&mut self, json: &Json<'_>) {
        if json.is_cut() || (self.lines_has_more.is_none() && self.counts_more_lines(json)) {
            self.lines_has_more = Some(true);
        }
    }

    /// Whether the list of the lines, as old API versions have it, counts more than it has.
    fn counts_more_lines(&self, json: &Json<'_>) -> bool {
        let count = || {
            let list = last_member(json.text, "lines").filter(|list| list.starts_with('{'))?;
            let count = last_member(list, "total_count").or_else(|| last_member(list, "count"))?;
            count.parse().ok()
        };
        count().is_some_and(|count: usize| count > self.lines.len())
    }
}

/// Why an [`Invoice`] could not be finalized.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct FinalizationError {
    /// The reason as a code.
    pub code: Option<String>,
    /// The reason in words.
    pub message: Option<String>,
}

fields! {
    FinalizationError {
        code as Word,
        message,
    }
}
