//! The invoices, with typed mocks.

use std::time::Duration;

use bakery::invoices::{self, Created};
use chift_auth::chift_api::StandIn;
use chift_auth::chift_api::httpmock::MockServerExt as _;
use chift_auth::prelude::*;

const SHOP: Uuid = Uuid::from_u128(1);

type TestResult = Result<(), Box<dyn std::error::Error>>;

fn date() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 2, 3).unwrap()
}

fn invoice(id: &str, total: &str) -> types::Invoice {
    types::Invoice::new(types::InvoiceRequired {
        id: id.into(),
        currency: "EUR".into(),
        invoice_date: date(),
        tax_amount: 0.into(),
        untaxed_amount: total.parse().unwrap(),
        total: total.parse().unwrap(),
        status: types::PaymentState::Paid.into(),
    })
}

fn problem(code: &str) -> types::Problem {
    types::Problem { error_code: Some(code.into()), ..types::Problem::new("It failed") }
}

#[tokio::test]
async fn the_sum_of_all_pages_is_exact() -> TestResult {
    let chift = StandIn::start();
    for (page, totals) in [(1, ["0.10", "0.20"]), (2, ["1000000000000000.01", "-0.05"])] {
        chift.server().invoicing_get_invoices(|when, then| {
            when.consumer_id(&SHOP).page(page).date_from(&date()).status(types::PaymentState::Paid);
            let items = totals.map(|total| invoice("a", total)).to_vec();
            let required = types::InvoicePageRequired { items, page: page.into(), size: 2.into(), total: 4.into() };
            then.ok(&types::InvoicePage::new(required));
        });
    }
    let client = TokenSource::for_stand_in(&chift).build()?.client();
    let sum = invoices::sum(&client, SHOP, date(), types::PaymentState::Paid).await?;
    assert_eq!(sum, "1000000000000000.26".parse::<Decimal>()?);
    Ok(())
}

#[tokio::test]
async fn an_invoice_is_created_with_its_lines_and_exact_amounts() -> TestResult {
    let chift = StandIn::start();
    let new = invoices::for_loaves(date(), 3, "4.25".parse()?);
    let created = types::Invoice { lines: Some(new.lines.clone()), ..invoice("a", "13.52") };
    chift.server().invoicing_create_invoice(|when, then| {
        when.consumer_id(&SHOP).body(&new).into_inner().header("x-chift-client-requestid", "2026-17");
        then.created(&created);
    });
    assert_eq!((new.untaxed_amount.to_string(), new.tax_amount.to_string()), ("12.75".into(), "0.77".into()));
    let client = TokenSource::for_stand_in(&chift).build()?.client();
    assert_eq!(invoices::create(&client, SHOP, "2026-17", &new).await?, Created::Now(Box::new(created)));
    Ok(())
}

#[tokio::test]
async fn the_error_decides_what_the_bakery_does_next() -> TestResult {
    let new = invoices::for_loaves(date(), 1, 3.into());
    let create = async |status: u16, code: &str| {
        let chift = StandIn::start();
        chift.server().invoicing_create_invoice(|_, then| {
            then.bad_request(&problem(code)).into_inner().status(status).header("retry-after", "7");
        });
        let client = TokenSource::for_stand_in(&chift).build().unwrap().client();
        invoices::create(&client, SHOP, "2026-17", &new).await
    };
    assert_eq!(create(409, "REQUEST_ALREADY_PROCESSED").await?, Created::Earlier);
    assert_eq!(create(401, "ERROR_CONNECTOR_AUTHENTICATION").await?, Created::Disconnected);
    assert_eq!(create(429, "TOO_MANY_REQUESTS").await?, Created::Later(Duration::from_secs(7)));
    let error = create(400, "ERROR_DATA_VALIDATION").await.unwrap_err();
    assert!(error.to_string().contains("It failed"), "{error}");
    Ok(())
}

#[tokio::test]
async fn an_invoice_that_does_not_exist_is_none() -> TestResult {
    let chift = StandIn::start();
    chift.server().invoicing_find_invoice(|when, then| {
        when.consumer_id(&SHOP).invoice_id("a");
        then.ok(&invoice("a", "1"));
    });
    chift.server().invoicing_find_invoice(|when, then| {
        when.invoice_id("b");
        then.not_found(&types::Problem::new("No such invoice"));
    });
    let client = TokenSource::for_stand_in(&chift).build()?.client();
    assert_eq!(invoices::find(&client, SHOP, "a").await?, Some(invoice("a", "1")));
    assert_eq!(invoices::find(&client, SHOP, "b").await?, None);
    Ok(())
}

#[test]
fn a_kind_of_payment_that_the_document_does_not_list_is_kept() {
    let with = |payment| types::Invoice { payment, ..invoice("a", "1") };
    let card = types::CardPayment::new("4242", types::CardPaymentMethod::Card);
    assert_eq!(invoices::payment(&with(None)), "not paid");
    assert_eq!(invoices::payment(&with(Some(card.into()))), "by card, ending in 4242");
    let cash = r#"{"method":"cash","till":3}"#;
    let unknown: types::InvoicePayment = chift_auth::serde_json::from_str(cash).unwrap();
    assert_eq!(chift_auth::serde_json::to_string(&unknown).unwrap(), cash);
    assert_eq!(invoices::payment(&with(Some(unknown))), "in another way");
}
