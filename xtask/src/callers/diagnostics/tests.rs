//! Messages of the compiler in small form.

use serde_json::{Value, json};

use super::super::attribute::{Item, Name};
use super::*;
use crate::options::Options;
use crate::pipeline::{self, Input, Outcome};

const OWN: &str = "path+file:///copy/shop#0.1.0";

/// A span of one line, in which `marked` is marked.
fn span(file: &str, line: usize, text: &str, marked: &str, label: Option<&str>) -> Value {
    let start = text.find(marked).unwrap() + 1;
    let end = start + marked.chars().count();
    json!({
        "file_name": file, "line_start": line, "line_end": line, "column_start": start, "column_end": end,
        "is_primary": label != Some("secondary"), "label": label, "expansion": null,
        "text": [{"text": text, "highlight_start": start, "highlight_end": end}],
    })
}

fn message(code: &str, message: &str, spans: &[Value], children: &[Value]) -> Value {
    json!({
        "message": message, "level": "error", "code": {"code": code}, "spans": spans, "children": children,
        "rendered": format!("error[{code}]: {message}"),
    })
}

fn note(message: &str, spans: &[Value]) -> Value {
    json!({"message": message, "level": "note", "code": null, "spans": spans, "children": [], "rendered": null})
}

fn line(package: &str, kind: &str, message: &Value) -> String {
    let target = json!({"kind": [kind], "name": "shop", "src_path": "/copy/shop/src/lib.rs"});
    json!({"reason": "compiler-message", "package_id": package, "target": target, "message": message}).to_string()
}

fn outcome() -> Outcome {
    let document = Input::read(Path::new(env!("CARGO_MANIFEST_DIR")), Path::new("tests/callers/shop.yaml")).unwrap();
    pipeline::run(&document, &Options::default()).unwrap()
}

/// The errors in the output of cargo, with `text` as the text of each file.
fn errors_with(lines: &[String], text: &str) -> (Errors, Vec<Diagnostic>) {
    let outcome = outcome();
    let definitions = Definitions::of(&outcome.sources["client.rs"], &outcome.client);
    let places = Places {
        copy: Path::new("/copy"),
        workspace: Path::new("/copy/shop"),
        client: Path::new("/copy/shop/chift-api"),
        generated: Path::new("/copy/shop/chift-api/src/generated/client.rs"),
        definitions: &definitions,
        packages: &[OWN.to_owned()],
        text: &|_| Some(text.to_owned()),
    };
    let output = Output::read(&lines.join("\n"));
    (Errors::of(&output, &places), deprecations(&output, &places, |_| true))
}

/// What the error in `message` is about.
fn concerns(message: &Value) -> Concerns {
    errors_with(&[line(OWN, "lib", message)], "").0.own.remove(0).concerns
}

fn words<'a>(words: impl IntoIterator<Item = &'a String>) -> Vec<&'a str> {
    words.into_iter().map(String::as_str).collect()
}

/// The line of the generated client that contains `text`.
fn generated(text: &str) -> Value {
    let outcome = outcome();
    let (at, found) = outcome.sources["client.rs"].lines().enumerate().find(|(_, line)| line.contains(text)).unwrap();
    span("chift-api/src/generated/client.rs", at + 1, found, text, Some("secondary"))
}

#[test]
fn the_error_of_a_library_and_of_its_tests_is_one_error_with_its_place_in_the_repository() {
    let read = span("src/lib.rs", 7, "    let n = invoice.note;", "note", Some("unknown field"));
    let fields = note("available fields are: `colour`, `total`", &[]);
    let missing = message("E0609", "no field `note` on type `&Invoice`", &[read], &[fields]);
    let earlier = span("src/a.rs", 3, "x", "x", None);
    let earlier = message("E0308", "mismatched types\nand more", &[earlier], &[]);
    let lines = [line(OWN, "lib", &missing), line(OWN, "test", &missing), line(OWN, "lib", &earlier)];
    let (errors, _) = errors_with(&lines, "");
    let places: Vec<_> = errors.own.iter().map(|it| (it.file.as_str(), it.line, it.column)).collect();
    assert_eq!(places, [("shop/src/a.rs", 3, 1), ("shop/src/lib.rs", 7, 21)]);
    assert_eq!(errors.own[0].message, "mismatched types");
    assert_eq!(errors.own[1].code.as_deref(), Some("E0609"));
    assert_eq!(words(&errors.own[1].concerns.quoted), ["Invoice", "note"]);
    assert_eq!(words(&errors.own[1].concerns.fields), ["note"]);
}

#[test]
fn errors_in_other_packages_and_counts_and_warnings_are_no_errors_of_the_program() {
    let call = span("src/lib.rs", 1, "a.b()", "b", None);
    let error = message("E0599", "no method `b`", std::slice::from_ref(&call), &[]);
    let mut count = message("", "aborting due to 2 previous errors", &[], &[]);
    count["code"] = Value::Null;
    let mut warning = message("unused", "unused `b`", &[call], &[]);
    warning["level"] = json!("warning");
    let lines = [line("other", "lib", &error), line(OWN, "lib", &count), line(OWN, "lib", &warning)];
    let (errors, _) = errors_with(&lines, "");
    assert_eq!(errors.own, []);
    assert_eq!(errors.foreign, [("other".to_owned(), vec!["error[E0599]: no method `b`".to_owned()])].into());
}

#[test]
fn a_missing_argument_has_the_name_that_the_definition_gives_it() {
    let text = "client.invoices().get_invoice()";
    let call = span("src/lib.rs", 1, text, "get_invoice()", Some("argument #1 of type `&Uuid` is missing"));
    let defined = note("method defined here", &[generated("get_invoice<")]);
    let concerns = concerns(&message("E0061", "this method takes 1 argument", &[call], &[defined]));
    let item = Item::Method { group: Some("invoices".to_owned()), name: "get_invoice".to_owned() };
    let name = Name { item, part: None };
    assert!(concerns.defined.contains(&name), "{concerns:?}");
    assert!(concerns.defined.contains(&name.part("invoice_id")), "{concerns:?}");
}

#[test]
fn a_macro_of_the_client_leads_to_the_type_that_it_is_called_for() {
    let mut inner = span("chift-api/src/values/object/mod.rs", 127, "pub fn new($($f: $k),*)", "new", None);
    inner["expansion"] = json!({"span": generated("Invoice new("), "macro_decl_name": "x"});
    let call = span("src/lib.rs", 1, "Invoice::new(1)", "Invoice::new", None);
    let defined = note("associated function defined here", &[inner]);
    let concerns = concerns(&message("E0061", "this function takes 2 arguments", &[call], &[defined]));
    let invoice = Name::of_type("Invoice");
    assert_eq!(Vec::from_iter(concerns.defined), [invoice.clone(), invoice.part("new")]);
}

#[test]
fn an_item_with_a_similar_name_is_not_what_an_error_is_about() {
    let path = span("src/lib.rs", 1, "r: types::Receipt", "Receipt", None);
    let mut similar = generated("pub struct Receipts {");
    similar["label"] = json!("similarly named struct `Receipts` defined here");
    let help = json!({
        "message": "a struct `Receipts` exists", "level": "help", "code": null, "spans": [], "children": [], "rendered": null,
    });
    let concerns = concerns(&message("E0425", "cannot find type `Receipt`", &[path, similar], &[help]));
    assert_eq!(words(&concerns.quoted), ["Receipt"]);
    assert!(concerns.defined.is_empty(), "{concerns:?}");
}

#[test]
fn a_mismatch_is_about_the_fields_in_the_marked_source_and_the_field_that_is_assigned() {
    let read = span("src/lib.rs", 1, "let t: String = invoice.total;", "invoice.total", Some("expected `String`"));
    assert_eq!(words(&concerns(&message("E0308", "mismatched types", &[read], &[])).fields), ["total"]);
    let operator = span("src/lib.rs", 1, "sum += invoice.total;", "+=", None);
    assert_eq!(words(&concerns(&message("E0277", "cannot add", &[operator], &[])).nearby), ["total"]);
    let value = span("src/lib.rs", 1, "NewInvoice { total: 1, ..x }", "1", None);
    assert_eq!(words(&concerns(&message("E0308", "mismatched types", &[value], &[])).fields), ["total"]);
}

#[test]
fn a_group_that_is_gone_is_named_with_the_method_that_is_called_on_it() {
    let text = "    client\n        .receipts()\n        .list_receipts();";
    let call = span("src/lib.rs", 2, "        .receipts()", "receipts", None);
    let lines = [line(OWN, "lib", &message("E0599", "no method named `receipts` for `&Client`", &[call], &[]))];
    let (errors, _) = errors_with(&lines, text);
    assert_eq!(words(&errors.own[0].concerns.source), ["list_receipts", "receipts"]);
    assert_eq!(words(&errors.own[0].concerns.quoted), ["Client", "receipts"]);
}

#[test]
fn an_error_in_a_macro_of_another_crate_is_at_the_call_of_the_macro() {
    let mut inner = span("/registry/tokio/src/macros.rs", 9, "$x.await", "$x.await", None);
    let call = span("src/lib.rs", 4, "    tokio::join!(a, b)", "tokio::join!(a, b)", None);
    inner["expansion"] = json!({"span": call});
    let (errors, _) = errors_with(&[line(OWN, "lib", &message("E0277", "`X` is not a future", &[inner], &[]))], "");
    assert_eq!((errors.own[0].file.as_str(), errors.own[0].line), ("shop/src/lib.rs", 4));
    let (errors, _) = errors_with(&[line(OWN, "lib", &message("E0601", "`main` not found", &[], &[]))], "");
    assert_eq!((errors.own[0].file.as_str(), errors.own[0].line), ("shop/src/lib.rs", 1));
}

#[test]
fn uses_of_deprecated_items_are_found_at_any_level() {
    let used = |at| span("src/lib.rs", at, "types::Receipt", "Receipt", None);
    let deprecated =
        |at| message("deprecated", "use of deprecated struct `chift_api::types::Receipt`", &[used(at)], &[]);
    let mut warning = deprecated(1);
    warning["level"] = json!("warning");
    let lines = [line(OWN, "lib", &warning), line(OWN, "test", &warning), line(OWN, "lib", &deprecated(2))];
    let (errors, uses) = errors_with(&lines, "");
    assert_eq!(uses.iter().map(|it| it.line).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(errors.own.iter().filter(|it| it.is_deprecation()).count(), 1);
}
