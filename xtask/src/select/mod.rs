//! Selects the operations that have any of some tags, and the components that they reach, so that a client has only the
//! part of a document that its users need.
//!
//! `POST /token` is always selected, because every client needs a token.

pub(crate) mod components;
mod tags;

use serde_json::Value;

pub use self::tags::UnknownTag;
use self::tags::{Tags, key};
use crate::document::kind::METHODS;
use crate::document::operations;
use crate::document::pointer::Pointer;
use crate::document::walk;
use crate::lower;
use crate::pipeline::Outcome;

/// What was selected of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selected {
    /// The tags, in alphabetical order, each as the document spells it first.
    pub tags: Vec<String>,
    /// The number of operations that are selected, and that of the whole document.
    pub operations: (usize, usize),
    /// The number of components that the selected operations reach, and that of the whole document.
    pub components: (usize, usize),
    /// The tags that no operation has.
    pub unknown: Vec<UnknownTag>,
}

impl Selected {
    /// A summary in a few words.
    pub(crate) fn summary(&self) -> String {
        let ((operations, all), (components, everything)) = (self.operations, self.components);
        format!("{operations} of {all} operations, {components} of {everything} components")
    }
}

/// Removes from `document` the operations that have none of the tags `names`, and the components that the other
/// operations do not reach. Letter case does not matter. Without names, the document stays as it is, and the result is
/// `None`. `name` is the document's name in errors.
pub(crate) fn by_tags(name: &str, document: &mut Value, names: &[String]) -> Option<Selected> {
    let names: Vec<&str> = names.iter().map(|name| name.trim()).filter(|name| !name.is_empty()).collect();
    if names.is_empty() {
        return None;
    }
    if refers_to_paths(document) {
        // A part of an operation that is removed may be a part of another one too.
        *document = lower::with_path_items(document);
    }
    let tags = Tags::of(document);
    let mut selected = Selected {
        tags: tags.spelled(&names),
        operations: (0, 0),
        components: (0, 0),
        unknown: names.iter().filter_map(|tag| tags.unknown(name, tag)).collect(),
    };
    let wanted: Vec<String> = names.iter().map(|name| key(name)).collect();
    selected.operations = remove_operations(document, "paths", &wanted);
    remove_operations(document, "webhooks", &wanted);
    selected.components = components::remove_unreached(document);
    Some(selected)
}

/// Whether a reference leads to a path item or into one.
fn refers_to_paths(document: &Value) -> bool {
    let mut found = false;
    walk::visit(document, &mut |_, _, node| {
        let target = node.get("$ref").and_then(Value::as_str).and_then(Pointer::from_reference);
        found |= target.is_some_and(|target| match target.tokens() {
            [first, ..] if first == "paths" || first == "webhooks" => true,
            [first, section, ..] => first == "components" && section == "pathItems",
            _ => false,
        });
    });
    found
}

/// Removes the operations of a map of path items that have none of the wanted tags, and the path items that are left
/// without one. Returns how many operations remain, and how many there were.
fn remove_operations(document: &mut Value, section: &str, wanted: &[String]) -> (usize, usize) {
    let Some(items) = document.get_mut(section).and_then(Value::as_object_mut) else { return (0, 0) };
    let (mut kept, mut all) = (0, 0);
    items.retain(|path, item| {
        let Some(item) = item.as_object_mut() else { return true };
        let before = all;
        for method in METHODS {
            let Some(operation) = item.get(method) else { continue };
            all += 1;
            let is_token = section == "paths" && operations::is_token(method, path);
            if is_token || tags::of(operation).any(|tag| wanted.contains(&key(tag))) {
                kept += 1;
            } else {
                item.shift_remove(method);
            }
        }
        // An entry without operations is not a path item, but an extension or a mistake that lowering reports.
        all == before || METHODS.iter().any(|method| item.contains_key(*method))
    });
    (kept, all)
}

/// Checks that the old or the new document of a comparison has each tag.
///
/// # Errors
///
/// The first tag that neither document has, as the new one reports it.
pub(crate) fn require_one(old: &Outcome, new: &Outcome) -> Result<(), UnknownTag> {
    let unknown = |outcome: &Outcome| outcome.selected.iter().flat_map(|it| it.unknown.clone()).collect::<Vec<_>>();
    let of_old: Vec<String> = unknown(old).iter().map(|it| key(it.tag())).collect();
    match unknown(new).into_iter().find(|it| of_old.contains(&key(it.tag()))) {
        Some(unknown) => Err(unknown),
        None => Ok(()),
    }
}

/// The flag that selects these tags, with a space before it, for a command that can be pasted into a shell; empty
/// without tags.
pub(crate) fn flag(tags: &[String]) -> String {
    if tags.is_empty() {
        return String::new();
    }
    let list = tags.join(",");
    let is_plain = list.chars().all(|c| c.is_ascii_alphanumeric() || ",._-".contains(c));
    if is_plain { format!(" --tags {list}") } else { format!(" --tags '{}'", list.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn uses(tags: &Value, target: &str) -> Value {
        let content = json!({"application/json": {"schema": {"$ref": target}}});
        json!({"tags": tags, "responses": {"200": {"content": content}}})
    }

    fn bakery() -> Value {
        json!({
            "paths": {
                "/token": {"post": uses(&json!(["General"]), "#/components/schemas/Token")},
                "/cakes": {
                    "parameters": [{"$ref": "#/components/parameters/Oven"}],
                    "get": uses(&json!(["Cakes", "Sweet things"]), "#/components/schemas/Cake"),
                    "post": uses(&json!(["orders"]), "#/components/schemas/Order"),
                },
                "/orders": {"get": uses(&json!(["Orders"]), "#/components/schemas/Order")},
                "/bread": {"get": uses(&json!([]), "#/components/schemas/Bread")},
                "x-extension": {"owner": "us"},
            },
            "webhooks": {"baked": {"post": uses(&json!(["Cakes"]), "#/components/schemas/Baked")}},
            "components": {
                "parameters": {"Oven": {"name": "oven", "in": "query"}, "Unused": {}},
                "schemas": {"Token": {}, "Cake": {}, "Order": {}, "Bread": {}, "Baked": {}},
            },
        })
    }

    fn select(document: &mut Value, tags: &[&str]) -> Selected {
        let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
        by_tags("bakery.yaml", document, &tags).unwrap()
    }

    #[test]
    fn operations_with_any_of_the_tags_and_the_token_operation_remain() {
        let mut document = bakery();
        let selected = select(&mut document, &["ORDERS"]);
        assert_eq!(selected.summary(), "3 of 5 operations, 3 of 7 components");
        assert_eq!(selected.tags, ["orders"]);
        let mut expected = bakery();
        for (place, key) in [
            ("/paths/~1cakes", "get"),
            ("/paths", "/bread"),
            ("/webhooks", "baked"),
            ("/components/parameters", "Unused"),
            ("/components/schemas", "Cake"),
            ("/components/schemas", "Bread"),
            ("/components/schemas", "Baked"),
        ] {
            expected.pointer_mut(place).unwrap().as_object_mut().unwrap().shift_remove(key).unwrap();
        }
        assert_eq!(document, expected);
    }

    #[test]
    fn no_tags_select_the_whole_document() {
        let mut document = bakery();
        for tags in [&[][..], &[String::new(), " ".to_owned()]] {
            assert_eq!(by_tags("bakery.yaml", &mut document, tags), None);
        }
        assert_eq!(document, bakery());
    }

    #[test]
    fn a_part_of_a_removed_operation_that_another_one_refers_to_remains() {
        let mut document = bakery();
        document["paths"]["/bread"]["get"]["responses"]["200"]["content"]["application/json"]["schema"] =
            json!({"type": "object", "properties": {"flour": {"enum": ["rye"]}}});
        let place = "#/paths/~1bread/get/responses/200/content/application~1json/schema";
        document["paths"]["/cakes"]["get"] = uses(&json!(["Cakes"]), place);
        select(&mut document, &["Cakes"]);
        assert_eq!(document["paths"].get("/bread"), None);
        let response = &document["paths"]["/cakes"]["get"]["responses"]["200"];
        let reference = response["content"]["application/json"]["schema"]["$ref"].as_str().unwrap();
        let target = Pointer::from_reference(reference).unwrap();
        assert_eq!(target.find(&document).unwrap()["properties"]["flour"]["enum"], json!(["rye"]));
    }

    #[test]
    fn a_path_item_that_is_a_reference_is_selected_by_the_tags_of_its_operations() {
        let mut document = bakery();
        document["components"]["pathItems"] = json!({"Shared": document["paths"]["/orders"]});
        document["paths"]["/shared"] = json!({"$ref": "#/components/pathItems/Shared"});
        assert_eq!(select(&mut document, &["orders"]).operations, (4, 6));
        assert!(document["paths"]["/shared"].get("get").is_some());
        assert_eq!(select(&mut document, &["cakes"]).operations, (1, 4));
    }

    #[test]
    fn the_flag_can_be_pasted_into_a_shell() {
        let flag = |tags: &[&str]| flag(&tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>());
        assert_eq!(flag(&[]), "");
        assert_eq!(flag(&["Accounting", "eCommerce"]), " --tags Accounting,eCommerce");
        assert_eq!(flag(&["Baker's oven"]), r" --tags 'Baker'\''s oven'");
    }
}
