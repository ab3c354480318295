//! `FastAPI` makes an `operationId` from a function's name, the path and the method:
//! `generate_access_token_token_post`. The function's name is the one a person would have chosen, in the
//! case of Rust's functions.

use std::collections::{HashMap, HashSet};

use heck::ToSnakeCase as _;
use serde_json::{Value, json};

use super::Findings;
use crate::node;
use crate::walk::{self, Kind};

pub(super) fn shorten(document: &mut Value, _: &mut Findings) -> usize {
    let mut wishes: Vec<(String, String)> = Vec::new();
    walk::visit(document, &mut |kind, place, node| {
        if let (Kind::Operation, [root, path, method], Some(id)) =
            (kind, place.tokens(), node.get("operationId").and_then(Value::as_str))
            && root == "paths"
        {
            wishes.push((id.to_owned(), short(id, path, method).to_snake_case()));
        }
    });
    // A short name that two operations wish for goes to neither: which of them is the longer one
    // must not depend on the order in the document.
    let mut asked: HashMap<&str, usize> = HashMap::new();
    for (_, wish) in &wishes {
        *asked.entry(wish).or_default() += 1;
    }
    let granted: HashSet<&str> = asked.into_iter().filter(|(_, times)| *times == 1).map(|(wish, _)| wish).collect();
    let names: HashMap<&str, &str> = wishes
        .iter()
        .filter(|(id, wish)| id != wish && granted.contains(wish.as_str()))
        .map(|(id, wish)| (id.as_str(), wish.as_str()))
        .collect();
    let mut count = 0;
    walk::change(document, &mut |kind, place, node| {
        if node::is_call(kind, place)
            && let Some(name) = node.get("operationId").and_then(Value::as_str).and_then(|id| names.get(id))
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
    use super::*;

    fn shortened(operations: &[(&str, &str, &str)]) -> Vec<String> {
        let mut document = json!({"paths": {}});
        for (path, method, id) in operations {
            document["paths"][path][method] = json!({"operationId": id});
        }
        shorten(&mut document, &mut Findings::default());
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
}
