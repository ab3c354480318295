//! Documents with a part that no client can be generated from: what the error prints, and `--skip-unsupported`.

use std::fs;

use serde_json::{Value, json};
use xtask::diff;
use xtask::options::{Options, Overlay, Scope};
use xtask::pipeline::{self, Input, Outcome};
use xtask::regen::{self, Args};
use xtask::skip::Refusal;

use crate::workspace::{CHECKED_IN, Workspace, project};

/// The action that removes the operation, and those that remove it with the schemas that it needs.
const GET: &[&str] = &["$.paths['/cakes/{id}'].get"];
const CAKE: &[&str] = &["$.components.schemas.Cake", "$.components.schemas.Icing", "$.paths['/cakes/{id}'].get"];

/// Each construct, the change that adds it to [`bakery`] (a merge patch), the place that is refused, and what the
/// overlay actions remove.
fn refused() -> Vec<(&'static str, Value, &'static str, &'static [&'static str])> {
    let parameter =
        |required: bool| json!({"name": "oven's", "in": "query", "required": required, "schema": {"type": "banana"}});
    let get = |operation: Value| json!({"paths": {"/cakes/{id}": {"get": operation}}});
    let cake = |schema: Value| json!({"components": {"schemas": {"Icing": schema}}});
    let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string"}});
    vec![
        (
            "a reference to nothing",
            get(json!({"responses": {"200": {"$ref": "#/components/responses/None"}}})),
            "#/paths/~1cakes~1{id}/get/responses/200/$ref",
            GET,
        ),
        (
            "a reference into another file",
            cake(json!({"$ref": "other.yaml#/Icing"})),
            "#/components/schemas/Icing/$ref",
            CAKE,
        ),
        (
            "an operationId that is a number",
            get(json!({"operationId": 7})),
            "#/paths/~1cakes~1{id}/get/operationId",
            GET,
        ),
        (
            "an operationId used twice",
            get(json!({"operationId": "list_bread"})),
            "#/paths/~1cakes~1{id}/get/operationId",
            GET,
        ),
        (
            "a schema that refers to itself",
            cake(json!({"$ref": "#/components/schemas/Icing"})),
            "#/components/schemas/Icing",
            CAKE,
        ),
        ("an unknown type", cake(json!({"type": "banana"})), "#/components/schemas/Icing/type", CAKE),
        ("a list where an object belongs", cake(json!([])), "#/components/schemas/Icing", CAKE),
        (
            "a description that is no text",
            cake(json!({"type": "string", "description": [7]})),
            "#/components/schemas/Icing",
            CAKE,
        ),
        ("a summary that is no text", get(json!({"summary": [7]})), "#/paths/~1cakes~1{id}/get", GET),
        (
            "an optional parameter",
            get(json!({"parameters": [id, parameter(false)]})),
            "#/paths/~1cakes~1{id}/get/parameters/1/schema/type",
            &["$.paths['/cakes/{id}'].get.parameters[?@.name == 'oven\\'s' && @.in == 'query']"],
        ),
        (
            "a required parameter",
            get(json!({"parameters": [id, parameter(true)]})),
            "#/paths/~1cakes~1{id}/get/parameters/1/schema/type",
            GET,
        ),
        (
            "an optional parameter of a path",
            json!({"paths": {"/cakes/{id}": {"parameters": [parameter(false)]}}}),
            "#/paths/~1cakes~1{id}/parameters/0/schema/type",
            &["$.paths['/cakes/{id}'].parameters[?@.name == 'oven\\'s' && @.in == 'query']"],
        ),
        (
            "a required parameter of a path",
            json!({"paths": {"/cakes/{id}": {"parameters": [parameter(true)]}}}),
            "#/paths/~1cakes~1{id}/parameters/0/schema/type",
            &["$.paths['/cakes/{id}']"],
        ),
        (
            "a path parameter of another name",
            get(json!({"parameters": [{"name": "key", "in": "path", "required": true, "schema": {"type": "string"}}]})),
            "#/paths/~1cakes~1{id}/get",
            GET,
        ),
        (
            "a webhook that is no object",
            json!({"webhooks": {"baked": "text"}}),
            "#/webhooks/baked",
            &["$.webhooks", "$.webhooks.baked"],
        ),
        (
            "a callback with a reference to nothing",
            get(
                json!({"callbacks": {"baked": {"{url}": {"post": {"requestBody": {"$ref": "#/components/requestBodies/None"}}}}}}),
            ),
            "#/paths/~1cakes~1{id}/get/callbacks/baked/{url}/post/requestBody/$ref",
            &["$.paths['/cakes/{id}'].get.callbacks.baked"],
        ),
        (
            "a component that nothing uses",
            json!({"components": {"schemas": {"Unused": {"type": "banana"}}}}),
            "#/components/schemas/Unused/type",
            &["$.components.schemas.Unused"],
        ),
    ]
}

/// A document with two operations.
fn bakery() -> Value {
    let ok = |name: &str| json!({"200": {"description": "ok", "content": {"application/json": {"schema": {"$ref": format!("#/components/schemas/{name}")}}}}});
    let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string"}});
    json!({
        "openapi": "3.1.0", "info": {"title": "Bakery", "version": "1"}, "servers": [{"url": "https://bakery.example"}],
        "paths": {
            "/bread": {"get": {"operationId": "list_bread", "responses": ok("Bread")}},
            "/cakes/{id}": {"get": {"operationId": "get_cake", "parameters": [id], "responses": ok("Cake")}},
        },
        "components": {"schemas": {
            "Cake": {"type": "object", "properties": {"icing": {"$ref": "#/components/schemas/Icing"}}},
            "Icing": {"type": "string"}, "Bread": {"type": "object", "properties": {"grain": {"type": "string"}}},
        }},
    })
}

/// The document with a merge patch (RFC 7386) applied.
fn patched(document: &Value, patch: &Value) -> Value {
    let (Value::Object(fields), Value::Object(patch)) = (document, patch) else { return patch.clone() };
    let mut fields = fields.clone();
    for (key, change) in patch {
        // A schema is replaced as a whole.
        let before = fields.get(key).filter(|_| key != "Icing").cloned().unwrap_or(Value::Null);
        fields.insert(key.clone(), patched(&before, change));
    }
    Value::Object(fields)
}

fn run(document: &Value, options: &Options) -> Result<Outcome, Refusal> {
    let input = Input { name: "bakery.json".to_owned(), text: document.to_string() };
    pipeline::run(&input, options).map_err(|error| match error.downcast() {
        Ok(refusal) => refusal,
        Err(error) => panic!("{error:#}"),
    })
}

/// The methods of a client.
fn methods(outcome: &Outcome) -> Vec<&str> {
    outcome.client.methods.keys().map(String::as_str).collect()
}

#[test]
fn the_printed_actions_make_an_overlay_with_which_the_document_is_accepted() {
    for (construct, change, place, targets) in refused() {
        let document = patched(&bakery(), &change);
        let refusal = run(&document, &Options::default()).expect_err(construct);
        assert_eq!(refusal.problems()[0].place.to_string(), place, "{construct}");
        let actions: Value = yaml_serde::from_str(refusal.actions()).unwrap();
        let mut printed: Vec<&str> =
            actions.as_array().unwrap().iter().map(|it| it["target"].as_str().unwrap()).collect();
        printed.sort_unstable();
        assert_eq!(printed, targets, "{construct}");
        assert!(refusal.to_string().contains(refusal.actions().trim_end()), "{construct}: {refusal}");

        let text = format!("overlay: 1.0.0\ninfo: {{title: O, version: '1'}}\nactions:\n{}", refusal.actions());
        let input = Input { name: "overlay.yaml".to_owned(), text };
        let overlays = vec![Overlay { input, scope: Scope::This }];
        let outcome = run(&document, &Options { overlays, ..Options::default() });
        let outcome = outcome.unwrap_or_else(|refusal| panic!("{construct}: {refusal}"));
        assert!(methods(&outcome).contains(&"list_bread"), "{construct}");
        let removed = ["$.paths['/cakes/{id}'].get", "$.paths['/cakes/{id}']"];
        let keeps_cakes = !targets.iter().any(|target| removed.contains(target));
        assert_eq!(methods(&outcome).contains(&"get_cake"), keeps_cakes, "{construct}");
    }
}

#[test]
fn only_the_operations_that_reach_an_unsupported_place_are_left_out() {
    for (construct, change, place, _) in refused() {
        let document = patched(&bakery(), &change);
        let outcome = run(&document, &Options { skip_unsupported: true, ..Options::default() });
        let outcome = outcome.unwrap_or_else(|refusal| panic!("{construct}: {refusal}"));
        assert!(methods(&outcome).contains(&"list_bread"), "{construct}");
        let stage = outcome.stages.iter().find(|stage| stage.name == "skip").map(|stage| stage.summary.as_str());
        let table = &outcome.sources["operations.rs"];
        match outcome.left_out.operations.as_slice() {
            [] => assert!(methods(&outcome).contains(&"get_cake") && !table.contains("left out"), "{construct}"),
            [operation] => {
                assert_eq!((operation.name.as_str(), operation.place.to_string().as_str()), ("GET /cakes/{id}", place));
                assert!(stage.unwrap().starts_with("1 operations and "), "{construct}: {stage:?}");
                assert!(table.contains("/// # Operations left out\n"), "{table}");
                assert!(
                    table.contains(&format!("/// - `GET /cakes/{{id}}`: `{}", operation.why.replace('`', "'"))),
                    "{table}"
                );
            }
            more => panic!("{construct}: {more:?}"),
        }
        assert!(
            outcome
                .sources
                .values()
                .all(|source| source.starts_with("// @generated by `cargo xtask regen --skip-unsupported`"))
        );
    }
}

#[test]
fn problems_of_several_stages_are_printed_together_with_actions_for_all_of_them() {
    let mut document = bakery();
    for (_, change, _, _) in refused() {
        let name = |kind: &str| change["paths"]["/cakes/{id}"][kind].is_object();
        if !name("get") {
            document = patched(&document, &change);
        }
    }
    document["paths"]["/bread"]["get"]["parameters"] = json!([
        {"name": "a", "in": "query", "schema": {"type": "banana"}}, {"$ref": "#/components/parameters/None"},
    ]);
    let refusal = run(&document, &Options::default()).unwrap_err();
    let text = format!("overlay: 1.0.0\ninfo: {{title: O, version: '1'}}\nactions:\n{}", refusal.actions());
    let input = Input { name: "overlay.yaml".to_owned(), text };
    let overlays = vec![Overlay { input, scope: Scope::This }];
    assert_eq!(methods(&run(&document, &Options { overlays, ..Options::default() }).unwrap()), ["list_bread"]);
}

#[test]
fn a_problem_that_belongs_to_no_part_is_refused_with_the_flag_too() {
    let document = patched(&bakery(), &json!({"jsonSchemaDialect": "https://json-schema.org/draft/2019-09/schema"}));
    let refusal = run(&document, &Options { skip_unsupported: true, ..Options::default() }).unwrap_err();
    assert_eq!((refusal.problems().len(), refusal.actions()), (1, ""));
    assert!(!refusal.to_string().contains("--skip-unsupported"), "{refusal}");
}

#[test]
fn regen_lists_what_it_leaves_out_and_takes_an_overlay_for_another_document() {
    let scratch = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        fs::write(scratch.path().join(name), text).unwrap();
        Some(scratch.path().join(name))
    };
    let document = patched(&bakery(), &json!({"components": {"schemas": {"Icing": {"type": "banana"}}}}));
    let spec = file("bakery.json", &document.to_string());
    let out = Some(scratch.path().join("crate"));
    let regen = |args: Args| {
        let mut printed = Vec::new();
        let result = regen::run(project(), &Args { spec: spec.clone(), out: out.clone(), ..args }, &mut printed);
        result.map(|_| String::from_utf8(printed).unwrap()).map_err(|error| format!("{error:#}"))
    };
    assert!(regen(Args::default()).unwrap_err().contains("pass --skip-unsupported"));
    let printed = regen(Args { skip_unsupported: true, report: true, ..Args::default() }).unwrap();
    for expected in [
        "1 operations and 2 components are left out",
        "left out  GET /cakes/{id}: the type \"banana\" cannot be lowered at #/components/schemas/Icing/type",
        "2 components that the client does not have",
        "           #/components/schemas/Cake: the type",
    ] {
        assert!(printed.contains(expected), "{expected} is missing in\n{printed}");
    }
    assert!(!printed.contains("  overlay  "), "{printed}");

    let action = "{target: $.components.schemas.Icing, description: why, update: {type: string}}";
    let overlay = |action: &str| format!("overlay: 1.0.0\ninfo: {{title: O, version: '1'}}\nactions: [{action}]\n");
    let printed = regen(Args { overlay: file("o.yaml", &overlay(action)), ..Args::default() }).unwrap();
    assert!(printed.contains("o.yaml: 1 actions") && printed.contains("2 operations"), "{printed}");
    let action = action.replace("Icing", "Frosting");
    let error = regen(Args { overlay: file("o.yaml", &overlay(&action)), ..Args::default() }).unwrap_err();
    assert!(error.contains("selects nothing: $.components.schemas.Frosting"), "{error}");
}

#[test]
fn update_and_regen_leave_out_operations_of_the_workspaces_document() {
    let workspace = Workspace::new();
    let broken = "  /ping:\n    get:\n      operationId: ping\n      responses:\n        '200': {$ref: '#/nowhere'}\n";
    workspace.edit("components:\n", &format!("{broken}components:\n"));
    let refusal = workspace.regen().unwrap_err();
    assert!(refusal.contains("#/paths/~1ping/get/responses/200/$ref: `#/nowhere` leads nowhere"), "{refusal}");
    assert!(refusal.contains("- target: $.paths['/ping'].get\n"), "{refusal}");
    // The printed action, in the overlay of the workspace.
    let actions = refusal.split_once("--overlay FILE):\n").unwrap().1;
    let overlay = workspace.read("openapi/overlay.yaml");
    let indented = format!("  {}", actions.trim_end().replace('\n', "\n  "));
    workspace.write("openapi/overlay.yaml", format!("{overlay}{indented}"));
    workspace.regen().unwrap();
    assert!(workspace.read(CHECKED_IN).contains("/ping"));
}

#[test]
fn diff_lists_the_operations_that_are_left_out_and_a_newly_left_out_one_breaks_callers() {
    let icing = |kind: &str| json!({"components": {"schemas": {"Icing": {"type": kind}}}});
    let [sound, broken] = ["string", "banana"].map(|kind| {
        run(&patched(&bakery(), &icing(kind)), &Options { skip_unsupported: true, ..Options::default() }).unwrap()
    });
    let reason = "the type \"banana\" cannot be lowered at #/components/schemas/Icing/type";
    let newly = diff::compare(&sound, &broken);
    assert!(newly.is_breaking());
    let text = diff::text(&newly);
    let removed = format!(
        "  operation-left-out: is left out: {reason}; calls to it no longer compile\n    - get_cake  GET /cakes/{{id}}\n"
    );
    assert!(text.contains(&removed), "{text}");
    let listed = |sides: &str| format!("OPERATIONS LEFT OUT\n  GET /cakes/{{id}}  {sides}: {reason}\n");
    assert!(text.contains(&listed("of the new client")), "{text}");

    let again = diff::compare(&broken, &sound);
    assert!(!again.is_breaking());
    assert!(diff::text(&again).contains(&listed("of the old client")), "{}", diff::text(&again));
    assert_eq!(again.entries[0].what, "is new: it was left out before");

    let both = diff::compare(&broken, &broken);
    assert!(diff::text(&both).contains(&listed("of both clients")) && both.entries.is_empty());
    let markdown = diff::markdown(&both);
    assert!(markdown.starts_with("#### Operations left out\n\n- `GET /cakes/{id}`  of both clients: "), "{markdown}");
}
