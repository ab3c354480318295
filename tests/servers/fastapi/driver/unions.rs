//! Unions: those that a tag decides, and those that only their content decides.

use chift_api::{Client, Integer, types};
use serde_json::{Value, json};

use crate::{Checks, decimal};

pub(crate) async fn run(checks: &mut Checks, client: &Client) {
    checks.run("both sides read the same variant of a tagged union", tagged(client.clone())).await;
    checks.run("a tag decides in any field order, and an unknown one is kept", payments(client.clone())).await;
    checks.run("a PATCH of a union distinguishes absent and null", patch(client.clone())).await;
    checks.run("both sides read the same variant of a plain union", plain(client.clone())).await;
}

async fn tagged(client: Client) {
    use types::{PayOrderBody as Body, ReceiptPayment as Payment};
    let amount = || decimal("2.50");
    let bodies = [
        Body::from(types::Cash::new(amount(), types::CashKind::Cash.into())),
        Body::from(types::Card::new(amount(), types::CardKind::Card.into())),
        Body::from(types::Voucher::new(amount(), types::VoucherKind::Voucher.into())),
    ];
    for (body, expected) in bodies.iter().zip(["Cash", "Card", "Voucher"]) {
        let receipt = client.pay_order(1, body).await.unwrap().into_inner();
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

async fn patch(client: Client) {
    let body = |fields: Value| serde_json::from_value::<types::ChangeProductBody>(fields).unwrap();
    for fields in [json!({"kind": "cake", "topping": null, "layers": 3}), json!({"kind": "bread", "flour": null})] {
        let changed = client.change_product("one", &body(fields.clone())).await.unwrap().into_inner();
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
