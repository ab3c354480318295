//! The invoices of a shop.

use std::time::Duration;

use chift_auth::prelude::*;

use crate::CallError;

/// The total of all invoices since a day that have a state. The list is read one page at a time.
///
/// # Errors
///
/// When a call fails.
pub async fn sum(
    client: &Client,
    shop: Uuid,
    since: NaiveDate,
    state: types::PaymentState,
) -> Result<Decimal, CallError> {
    let query = types::InvoicingGetInvoicesQuery { date_from: Some(since), status: Some(state), ..Default::default() };
    let shop = client.consumer(shop);
    let mut invoices = paging::pages(|page| {
        shop.invoicing().get_invoices(types::InvoicingGetInvoicesQuery { page: Some(page), ..query.clone() })
    });
    let mut sum = Decimal::from(0);
    while let Some(invoice) = invoices.try_next().await? {
        sum += invoice.total;
    }
    Ok(sum)
}

/// An invoice for one kind of bread, with taxes of 6 percent.
pub fn for_loaves(date: NaiveDate, count: i64, unit_price: Decimal) -> types::NewInvoice {
    let untaxed_amount = &unit_price * count;
    let tax_amount = (&untaxed_amount * 6 / 100).round(2);
    let total = &untaxed_amount + &tax_amount;
    let line = types::InvoiceLine::new(types::InvoiceLineRequired {
        description: "Loaf".into(),
        quantity: count.into(),
        unit_price,
        total: total.clone(),
    });
    types::NewInvoice::new(types::NewInvoiceRequired {
        currency: "EUR".into(),
        invoice_date: date,
        lines: vec![line],
        tax_amount,
        total,
        untaxed_amount,
    })
}

/// What became of an invoice.
#[derive(Debug, PartialEq)]
pub enum Created {
    /// Chift created it.
    Now(Box<types::Invoice>),
    /// An earlier call with the same key created it.
    Earlier,
    /// The shop must connect its software to Chift again.
    Disconnected,
    /// The same call can succeed after this time.
    Later(Duration),
}

/// Creates an invoice once, even if the program repeats the call with the same number.
///
/// # Errors
///
/// When the call fails for another reason than those of [`Created`].
pub async fn create(
    client: &Client,
    shop: Uuid,
    number: &str,
    invoice: &types::NewInvoice,
) -> Result<Created, Box<dyn std::error::Error>> {
    let once = client.with_idempotency_key(IdempotencyKey::new(number)?);
    let error = match once.invoicing().create_invoice(&shop, invoice).await {
        Ok(created) => return Ok(Created::Now(Box::new(created.into_inner()))),
        Err(error) => error,
    };
    if error.chift().and_then(ErrorDetails::repeat) == Some(Repeat::Processed) {
        return Ok(Created::Earlier);
    }
    if error.needs_reconnection() {
        return Ok(Created::Disconnected);
    }
    if error.is_transient() {
        return Ok(Created::Later(error.retry_after().unwrap_or(Duration::from_secs(60))));
    }
    Err(error.into())
}

/// Returns one invoice; `None` if there is no invoice with this id.
///
/// # Errors
///
/// When the call fails.
pub async fn find(client: &Client, shop: Uuid, id: &str) -> Result<Option<types::Invoice>, CallError> {
    match client.invoicing().find_invoice(&shop, id).await {
        Ok(invoice) => Ok(Some(invoice.into_inner())),
        Err(error) if error.status().is_some_and(|status| status == 404) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Describes how an invoice was paid.
pub fn payment(invoice: &types::Invoice) -> String {
    match &invoice.payment {
        None => "not paid".to_owned(),
        Some(types::InvoicePayment::CardPayment(card)) => format!("by card, ending in {}", card.last_digits),
        Some(types::InvoicePayment::TransferPayment(transfer)) => format!("from the account {}", transfer.iban),
        // A kind of payment that Chift has added since the client was generated.
        Some(_) => "in another way".to_owned(),
    }
}
