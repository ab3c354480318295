//! For the mocks only: a request's body is always something to match. progenitor's bindings for an optional
//! one do not compile.

use serde_json::{Value, json};

use super::Findings;
use crate::node::says;
use crate::walk::{self, Kind};

pub(super) fn require(document: &mut Value, _: &mut Findings) -> usize {
    let mut count = 0;
    walk::change(document, &mut |kind, _, node| {
        if kind != Kind::RequestBody || node.get("content").is_none() {
            return;
        }
        let mut changed = !says(node, "required", true);
        node["required"] = json!(true);
        for (_, media_type) in node["content"].as_object_mut().into_iter().flatten() {
            if let Some(Value::Object(schema)) = media_type.get_mut("schema") {
                changed |= schema.shift_remove("nullable").is_some();
            }
        }
        count += usize::from(changed);
    });
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_optional_body_is_required_of_a_mock() {
        let mut document = json!({"paths": {"/a": {"post": {"requestBody": {"content": {"application/json": {"schema": {"nullable": true}}}}}}}});
        assert_eq!(require(&mut document, &mut Findings::default()), 1);
        let body = json!({"content": {"application/json": {"schema": {}}}, "required": true});
        assert_eq!(document["paths"]["/a"]["post"]["requestBody"], body);
    }
}
