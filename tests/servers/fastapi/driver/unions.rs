//! Unions: those that a tag decides, and those that only their content decides.

use chift_api::{Client, Integer, types};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::{Checks, decimal, line};

pub(crate) async fn run(checks: &mut Checks, client: &Client) {
    checks.run("both sides read the same variant of a tagged union", tagged(client.clone())).await;
    checks.run("a tag decides in any field order, and an unknown one is kept", payments(client.clone())).await;
    checks.run("an optional union is absent or its variant", optional(client.clone())).await;
    checks.run("a union in a union is decided", nested(client.clone())).await;
    checks.run("a constant decides without a discriminator", constants(client.clone())).await;
    checks.run("a PATCH of a union distinguishes absent and null", patch(client.clone())).await;
    checks.run("both sides read the same variant of a plain union", plain(client.clone())).await;
}

async fn tagged(client: Client) {
    use types::{PayOrderBody as Body, ReceiptPayment as Payment};
    let amount = || decimal("2.50");
    let bodies = [
        Body::from(types::Cash::new(amount(), types::CashKind::Cash)),
        Body::from(types::Card::new(amount(), types::CardKind::Card)),
        Body::from(types::Voucher::new(amount(), types::VoucherKind::Voucher)),
    ];
    for (body, expected) in bodies.iter().zip(["Cash", "Card", "Voucher"]) {
        let receipt = client.pay_order(&1, body).await.unwrap().into_inner();
        assert_eq!(receipt.read_as, expected);
        let here = match &receipt.payment {
            Payment::Cash(_) => "Cash",
            Payment::Card(_) => "Card",
            Payment::Voucher(_) => "Voucher",
            #[allow(unreachable_patterns)]
            _ => "unknown",
        };
        assert_eq!(here, expected);
        assert_eq!(json!(receipt.payment)["amount"], json!(2.5));
    }
}

async fn payments(client: Client) {
    use types::ListPaymentsResponseItem as Payment;
    let payments = client.list_payments().await.unwrap().into_inner();
    let [first, second, third, fourth] = payments.as_slice() else { panic!("there are four payments") };
    assert!(matches!(first, Payment::Voucher(voucher) if voucher.code.is_none()), "{first:?}");
    assert!(matches!(second, Payment::Card(card) if card.last_digits.is_none()), "{second:?}");
    assert!(matches!(third, Payment::Cash(cash) if cash.amount == decimal("3")), "{third:?}");
    assert!(!matches!(fourth, Payment::Voucher(_) | Payment::Card(_) | Payment::Cash(_)), "{fourth:?}");
    assert_eq!(json!(fourth), json!({"kind": "barter", "goods": ["eggs", "milk"]}));
}

async fn optional(client: Client) {
    let price = types::LineInputPrice::String("1.00".to_owned());
    let mut body = types::NewOrder::new(vec![line("rye", 1, price)]);
    assert!(client.create_order(&body).await.unwrap().into_inner().payment.is_none());
    let gift = types::Voucher::new(decimal("1"), types::VoucherKind::Gift);
    body.payment = Some(gift.into());
    let payment = client.create_order(&body).await.unwrap().into_inner().payment.unwrap();
    assert!(matches!(payment, types::OrderPayment::Voucher(_)), "{payment:?}");
}

async fn nested(client: Client) {
    use types::{PourBody as Body, PouredDrink as Drink};
    let bodies = [
        (json!({"drink": "coffee", "milk": "no", "cups": 1}), "BlackCoffee"),
        (json!({"cups": 2, "foam": true, "milk": "yes", "drink": "coffee"}), "WhiteCoffee"),
        (json!({"drink": "tea", "cups": 3}), "Tea"),
    ];
    for (body, expected) in bodies {
        let poured = client.pour(&read::<Body>(&body)).await.unwrap().into_inner();
        assert_eq!(poured.read_as, expected);
        let here = match &poured.drink {
            Drink::BlackCoffee(_) => "BlackCoffee",
            Drink::WhiteCoffee(_) => "WhiteCoffee",
            Drink::Tea(_) => "Tea",
            #[allow(unreachable_patterns)]
            _ => "unknown",
        };
        assert_eq!(here, expected);
    }
}

async fn constants(client: Client) {
    use types::PaintedSign as Sign;
    for (body, expected) in [
        (json!({"version": 1, "text": "open"}), "PlainSign"),
        (json!({"text": "open", "version": 2, "frame": null}), "FramedSign"),
        (json!({"text": "open", "version": 2}), "FramedSign"),
    ] {
        let painted = client.paint(&read::<types::PaintBody>(&body)).await.unwrap().into_inner();
        assert_eq!(painted.read_as, expected);
        assert_eq!(matches!(painted.sign, Sign::PlainSign(_)), expected == "PlainSign", "{:?}", painted.sign);
        assert_eq!(matches!(painted.sign, Sign::FramedSign(_)), expected == "FramedSign", "{:?}", painted.sign);
    }
}

/// A typed body, read from JSON.
fn read<T: DeserializeOwned>(body: &Value) -> T {
    serde_json::from_str(&body.to_string()).unwrap()
}

async fn patch(client: Client) {
    for fields in [json!({"kind": "cake", "topping": null, "layers": 3}), json!({"kind": "bread", "flour": null})] {
        let changed = client.change_product("one", &read(&fields)).await.unwrap().into_inner();
        assert_eq!(json!(changed.fields), fields);
    }
}

async fn plain(client: Client) {
    use types::{QuantityAmount as Amount, QuantityHint as Hint};
    let grams = || types::Weight::new(decimal("0.3"));
    for (amount, hint, read_as, hint_read_as) in [
        (Amount::from(types::Pieces::new(3)), Hint::String("12".to_owned()), "Pieces", "str"),
        (Amount::from(grams()), Hint::from(Integer::from(12)), "Weight", "int"),
        (Amount::from(grams()), Hint::from(true), "Weight", "bool"),
    ] {
        let read = client.read_quantity(&types::Quantity::new(amount, hint)).await.unwrap().into_inner();
        assert_eq!((read.read_as.as_str(), read.hint_read_as.as_str()), (read_as, hint_read_as));
        assert_eq!(matches!(read.quantity.amount, Amount::Pieces(_)), read_as == "Pieces");
        assert_eq!(matches!(read.quantity.hint, Hint::String(_)), hint_read_as == "str");
    }
}
