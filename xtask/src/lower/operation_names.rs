//! Shortens operation ids. `FastAPI` makes an `operationId` from the name of a function, the path and the method, such
//! as
//! `generate_access_token_token_post`. The name of the function becomes the name of the method, in snake case.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::Report;
use crate::document::pointer::Pointer;
use crate::document::references;
use crate::document::walk;
use crate::names;

pub(super) fn shorten(document: &mut Value, report: &mut Report) -> usize {
    // The first place of each id.
    let mut first: HashMap<String, Pointer> = HashMap::new();
    // The short and the long name of each operation.
    let mut candidates: Vec<(String, String)> = Vec::new();
    walk::change_operations(document, &mut |path, method, operation, _| {
        let long = match references::operation_id(operation) {
            // OpenAPI does not require an id; the client needs a name.
            "" => format!("{method} {path}"),
            id => {
                let place = Pointer::root().child("paths").child(path).child(method).child("operationId");
                match first.get(id) {
                    Some(first) => report.refuse(
                        &place,
                        format!("operationId `{id}` is already used at {first}"),
                        "rename one of the two with an overlay action",
                    ),
                    None => {
                        first.insert(id.to_owned(), place);
                    }
                }
                id.to_owned()
            }
        };
        candidates.push((names::method_name(short(&long, path, method)), names::method_name(&long)));
    });
    // If two operations would have the same short name, neither gets it, so that the names do not depend on the order
    // of the operations.
    let mut uses: HashMap<&str, usize> = HashMap::new();
    for (short, _) in &candidates {
        *uses.entry(short).or_default() += 1;
    }
    let mut taken: HashSet<String> =
        uses.iter().filter(|(_, count)| **count == 1).map(|(short, _)| (*short).to_owned()).collect();
    let mut chosen = Vec::with_capacity(candidates.len());
    for (short, long) in &candidates {
        let name =
            if uses[short.as_str()] == 1 { short.clone() } else { names::free_name(long, |name| taken.contains(name)) };
        taken.insert(name.clone());
        chosen.push(name);
    }
    let mut count = 0;
    let mut chosen = chosen.into_iter();
    walk::change_operations(document, &mut |_, _, operation, _| {
        if let (Some(name), Value::Object(fields)) = (chosen.next(), operation)
            && fields.get("operationId").and_then(Value::as_str) != Some(&name)
        {
            fields.insert("operationId".to_owned(), json!(name));
            count += 1;
        }
    });
    count
}

/// `id` without the path and the method that `FastAPI` appends, or `id` if it does not end with them.
fn short<'a>(id: &'a str, path: &str, method: &str) -> &'a str {
    // fastapi.utils.generate_unique_id: each character of the path that is not a word character becomes one
    // underscore.
    let suffix: String =
        format!("{path}_{method}").chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    match id.strip_suffix(suffix.as_str()) {
        Some(name) if !name.is_empty() => name,
        _ => id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shared_operation_id_is_refused_with_both_places_and_a_missing_one_is_added() {
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
    fn the_path_and_the_method_are_removed() {
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
    fn two_operations_with_the_same_short_name_keep_their_long_names() {
        let ids = ["read_a_get", "read_b_get"];
        assert_eq!(shortened(&[("/a", "get", ids[0]), ("/b", "get", ids[1])]), ids);
    }

    #[test]
    fn an_invalid_method_name_is_changed_and_all_names_differ() {
        let given = [("/a", "get", "type"), ("/b", "get", "exec"), ("/c", "get", "getC"), ("/d", "get", "get_c")];
        assert_eq!(shortened(&given), ["type_operation", "exec_operation", "get_c", "get_c2"]);
        assert_eq!(shortened(&[("/a/{b}", "get", "")]), ["get_a_b"]);
    }
}
