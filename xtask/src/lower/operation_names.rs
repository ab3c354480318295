//! `FastAPI` makes an `operationId` from a function's name, the path and the method:
//! `generate_access_token_token_post`. The function's name is the one a person would have chosen, in the
//! case of Rust's functions.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::Report;
use crate::document::pointer::Pointer;
use crate::document::references;
use crate::document::walk::{self, Kind};
use crate::names;

pub(super) fn shorten(document: &mut Value, report: &mut Report) -> usize {
    // By name: where it stands first.
    let mut first: HashMap<String, Pointer> = HashMap::new();
    // By place: the short name, and the whole one.
    let mut wishes: Vec<(Pointer, String, String)> = Vec::new();
    walk::visit(document, &mut |kind, place, node| {
        let (true, [_, path, method]) = (references::is_call(kind, place), place.tokens()) else { return };
        let whole = match references::operation_id(node) {
            // OpenAPI does not ask for a name; the client needs one.
            "" => format!("{method} {path}"),
            id => {
                let id_place = place.child("operationId");
                match first.get(id) {
                    Some(first) => report.refuse(
                        &id_place,
                        format!("operationId `{id}` is already used at {first}"),
                        "rename one of the two with an overlay action",
                    ),
                    None => {
                        first.insert(id.to_owned(), id_place);
                    }
                }
                id.to_owned()
            }
        };
        let wish = names::method_name(short(&whole, path, method));
        wishes.push((place.clone(), wish, names::method_name(&whole)));
    });
    // A short name that two operations wish for goes to neither: which of them is the longer one
    // must not depend on the order in the document.
    let mut asked: HashMap<&str, usize> = HashMap::new();
    for (_, wish, _) in &wishes {
        *asked.entry(wish).or_default() += 1;
    }
    let mut taken: HashSet<String> =
        asked.iter().filter(|(_, times)| **times == 1).map(|(wish, _)| (*wish).to_owned()).collect();
    let mut chosen: HashMap<Pointer, String> = HashMap::new();
    for (place, wish, whole) in &wishes {
        let name =
            if asked[wish.as_str()] == 1 { wish.clone() } else { names::free_name(whole, |name| taken.contains(name)) };
        taken.insert(name.clone());
        chosen.insert(place.clone(), name);
    }
    let mut count = 0;
    walk::change(document, &mut |kind, place, node| {
        if let (Kind::Operation, Some(name)) = (kind, chosen.get(place))
            && references::operation_id(node) != name
        {
            node["operationId"] = json!(name);
            count += 1;
        }
    });
    count
}

/// `id` without the path and the method that FastAPI appends, or `id` when they are not there.
fn short<'a>(id: &'a str, path: &str, method: &str) -> &'a str {
    // fastapi.utils.generate_unique_id: every character of the path that is not a word character
    // becomes one underscore.
    let suffix: String =
        format!("{path}_{method}").chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    match id.strip_suffix(suffix.as_str()) {
        Some(name) if !name.is_empty() => name,
        _ => id,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_shared_operation_id_is_named_with_both_places_and_a_missing_one_is_made() {
        let mut document =
            json!({"paths": {"/a": {"get": {"operationId": "x"}, "put": {"operationId": "x"}}, "/b": {"get": {}}}});
        let mut report = Report::default();
        shorten(&mut document, &mut report);
        assert_eq!(
            report.problems.iter().map(|it| format!("{}: {}", it.place, it.what)).collect::<Vec<_>>(),
            ["#/paths/~1a/put/operationId: operationId `x` is already used at #/paths/~1a/get/operationId"]
        );
        assert_eq!(document["paths"]["/b"]["get"]["operationId"], "get_b");
    }

    use super::*;

    fn shortened(operations: &[(&str, &str, &str)]) -> Vec<String> {
        let mut document = json!({"paths": {}});
        for (path, method, id) in operations {
            document["paths"][path][method] = json!({"operationId": id});
        }
        shorten(&mut document, &mut Report::default());
        let name = |(path, method, _): &(&str, &str, &str)| {
            document["paths"][path][method]["operationId"].as_str().unwrap_or_default().to_owned()
        };
        operations.iter().map(name).collect()
    }

    #[test]
    fn the_path_and_the_method_go() {
        assert_eq!(
            shortened(&[
                ("/token", "post", "generate_access_token_token_post"),
                ("/things/{thing_id}/parts", "get", "list_parts_things__thing_id__parts_get"),
                ("/plain", "get", "get_plain"),
            ]),
            ["generate_access_token", "list_parts", "get_plain"]
        );
    }

    #[test]
    fn a_name_that_two_wish_for_goes_to_neither() {
        let ids = ["read_a_get", "read_b_get"];
        assert_eq!(shortened(&[("/a", "get", ids[0]), ("/b", "get", ids[1])]), ids);
    }
    #[test]
    fn a_name_that_no_method_can_have_gets_one_and_all_differ() {
        let given = [("/a", "get", "type"), ("/b", "get", "exec"), ("/c", "get", "getC"), ("/d", "get", "get_c")];
        assert_eq!(shortened(&given), ["type_operation", "exec_operation", "get_c", "get_c2"]);
        assert_eq!(shortened(&[("/a/{b}", "get", "")]), ["get_a_b"]);
    }
}
