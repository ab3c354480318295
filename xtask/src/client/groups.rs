//! Groups the operations by their first tags, as `client.baking().get_loaves(…)`, and finds the argument that a
//! view of the client sets.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::{Argument, Method, Place};
use crate::document::operations::{self, Operation};
use crate::names;

/// The argument that a view sets: every call concerns one customer.
const CONSUMER: &str = "consumer_id";

/// The method of the client that returns the view.
pub(crate) const VIEW: &str = "consumer";

/// The operations of a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The name of its struct.
    pub name: String,
    /// The tag. Tags that differ only in case are one group; this is the first.
    pub tag: String,
    /// The description of the tag.
    pub description: Option<String>,
}

/// Moves the methods into groups, and returns the groups by their accessors, and the argument that the view sets.
pub(super) fn assign(
    methods: &mut BTreeMap<String, Method>,
    document: &Value,
) -> (BTreeMap<String, Group>, Option<Argument>) {
    let view = view(methods);
    let tag_of = |method: &Method| {
        let Operation { method, path, tag, .. } = &method.operation;
        // Every program needs a token, whatever its group: the operation stays a method of the client.
        tag.clone().filter(|tag| !operations::is_token(method, path) && !tag.trim().is_empty())
    };
    // The client has these methods already.
    let mut taken: BTreeSet<String> =
        methods.values().filter(|method| tag_of(method).is_none()).map(|method| method.name.clone()).collect();
    taken.extend(view.is_some().then(|| VIEW.to_owned()));

    let mut by_tag: BTreeMap<String, (String, Vec<&mut Method>)> = BTreeMap::new();
    for method in methods.values_mut() {
        if let Some(tag) = tag_of(method) {
            by_tag.entry(tag.to_lowercase()).or_insert_with(|| (tag, Vec::new())).1.push(method);
        }
    }
    let mut groups = BTreeMap::new();
    for (tag, members) in by_tag.into_values() {
        let accessor = names::free_name(&names::group_name(&tag), |name| taken.contains(name));
        taken.insert(accessor.clone());
        name_members(members, &tag, &accessor);
        let name = names::group_type(&accessor);
        groups.insert(accessor, Group { name, description: description(document, &tag), tag });
    }
    (groups, view)
}

/// Names the methods of a group without the name of the group, which their operations repeat: `get_loaves` for
/// `baking_get_loaves`. A name that is not free then stays as it is.
fn name_members(members: Vec<&mut Method>, tag: &str, accessor: &str) {
    let short = |name: &str| {
        let rest = names::without_group(name, tag).filter(|rest| names::method_name(rest) == **rest);
        rest.unwrap_or(name).to_owned()
    };
    let mut uses: HashMap<String, usize> = HashMap::new();
    for method in &members {
        *uses.entry(short(&method.name)).or_default() += 1;
        // Another member's own name, which it keeps if its short one is not free.
        *uses.entry(method.name.clone()).or_default() += usize::from(short(&method.name) != method.name);
    }
    for method in members {
        let name = short(&method.name);
        if uses.get(&name) == Some(&1) {
            method.name = name;
        }
        method.group = Some(accessor.to_owned());
    }
}

fn description(document: &Value, tag: &str) -> Option<String> {
    let tags = document.get("tags")?.as_array()?;
    let entry = tags.iter().find(|entry| entry["name"].as_str().is_some_and(|name| name == tag))?;
    entry.get("description")?.as_str().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The form of the argument [`CONSUMER`] that most operations have.
fn view(methods: &BTreeMap<String, Method>) -> Option<Argument> {
    let arguments = methods.values().flat_map(|method| &method.arguments);
    let mut forms: Vec<(&Argument, usize)> = Vec::new();
    for argument in arguments.filter(|it| it.name == CONSUMER && it.place == Place::Path) {
        match forms.iter_mut().find(|(form, _)| *form == argument) {
            Some((_, count)) => *count += 1,
            None => forms.push((argument, 1)),
        }
    }
    forms.into_iter().max_by_key(|(_, count)| *count).map(|(argument, _)| argument.clone())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Passing;
    use super::*;

    fn grouped(operations: &[(&str, Option<&str>)]) -> Vec<String> {
        let method = |(id, tag): &(&str, Option<&str>)| {
            let operation = Operation { id: (*id).to_owned(), tag: tag.map(str::to_owned), ..Operation::default() };
            let method = Method {
                operation,
                group: None,
                name: (*id).to_owned(),
                arguments: Vec::new(),
                success: super::super::Spelling::default(),
                failure: super::super::Spelling::default(),
                is_stream: false,
            };
            ((*id).to_owned(), method)
        };
        let mut methods: BTreeMap<_, _> = operations.iter().map(method).collect();
        assign(&mut methods, &json!({}));
        methods.values().map(Method::call).collect()
    }

    #[test]
    fn a_method_has_the_name_of_its_operation_without_its_group() {
        let calls = grouped(&[
            ("baking_get_loaves", Some("Baking")),
            ("ecommerce_get_cakes", Some("eCommerce")),
            ("pos_get_cakes", Some("Point of Sale")),
            ("get_bread", Some("Point of Sale")),
            ("ping", None),
        ]);
        assert_eq!(
            calls,
            [
                "baking().get_loaves",
                "ecommerce().get_cakes",
                "point_of_sale().get_bread",
                "ping",
                "point_of_sale().get_cakes"
            ]
        );
    }

    #[test]
    fn a_name_that_another_method_has_is_not_shortened_to() {
        let calls = grouped(&[
            ("get", Some("Bread")),
            ("bread_get", Some("bread")),
            ("bread", None),
            ("bread_exec", Some("Bread")),
        ]);
        // `exec` is a name that the generated code uses.
        assert_eq!(calls, ["bread", "bread2().bread_exec", "bread2().bread_get", "bread2().get"]);
    }

    #[test]
    fn the_view_sets_the_argument_that_most_operations_have() {
        let argument = |owned: &str| Argument {
            name: CONSUMER.to_owned(),
            kind: format!("&{owned}"),
            place: Place::Path,
            owned: owned.to_owned(),
            passing: Passing::Reference,
        };
        let mut methods = BTreeMap::new();
        for (id, owned) in [("a", "Uuid"), ("b", "i64"), ("c", "i64")] {
            let operation = Operation { id: id.to_owned(), ..Operation::default() };
            methods.insert(
                id.to_owned(),
                Method {
                    operation,
                    group: None,
                    name: id.to_owned(),
                    arguments: vec![argument(owned)],
                    success: super::super::Spelling::default(),
                    failure: super::super::Spelling::default(),
                    is_stream: false,
                },
            );
        }
        assert_eq!(view(&methods).map(|it| it.owned), Some("i64".to_owned()));
    }
}
