//! Lowers `servers` of operations and path items. The client has one base URL, and its bearer token goes to that origin
//! only.
//!
//! If operations have servers at the origin of the document's server with other paths, the base URL becomes that origin,
//! and each path begins with the path of its server. An operation whose server has another origin is reported, and its
//! documentation names the server: the client sends it to its base URL like any other. So no token reaches another host
//! unless a caller builds a client with that base URL.

use serde_json::{Map, Value, json};
use url::Url;

use super::Report;
use crate::document::kind::METHODS;
use crate::document::operations;
use crate::document::pointer::Pointer;
use crate::document::references;

/// The server of an operation, compared with that of the document.
enum Server {
    /// At the same origin, with this path.
    Here(String),
    /// At another origin.
    Elsewhere(String),
}

pub(super) fn lower(document: &mut Value, report: &mut Report) -> usize {
    let base = operations::base_url(document).and_then(|url| Url::parse(&url).ok());
    let own_path = base.as_ref().map(path).unwrap_or_default();
    let mut is_rebased = false;
    let mut count = 0;
    let mut prefixes: Vec<(String, String, String)> = Vec::new();
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    for (key, item) in paths.into_iter().flatten() {
        let place = Pointer::root().child("paths").child(key);
        let shared = item.as_object_mut().and_then(|item| item.shift_remove("servers"));
        for method in METHODS {
            let Some(operation) = item.get_mut(method).and_then(Value::as_object_mut) else { continue };
            let own = operation.shift_remove("servers");
            let place = if own.is_some() { place.child(method) } else { place.clone() };
            let stated = own.as_ref().or(shared.as_ref()).and_then(Value::as_array).filter(|list| !list.is_empty());
            let Some(stated) = stated else { continue };
            count += 1;
            match server(stated, base.as_ref()) {
                Server::Here(path) => {
                    is_rebased |= path != own_path;
                    prefixes.push((key.clone(), method.to_owned(), path));
                }
                Server::Elsewhere(url) => {
                    let what = format!("the server of this operation is `{url}`; the client sends it to its base URL");
                    report.warn(&place.child("servers"), what);
                    let text = format!(
                        "The document states the server `{url}` for this operation. To call it there, build a client \
                         with that base URL."
                    );
                    references::describe(operation, text);
                }
            }
        }
    }
    if let Some(base) = base.filter(|_| is_rebased) {
        rebase(document, &base, &own_path, &prefixes, report);
    }
    count
}

/// The first server at the origin of `base`, else the first one.
fn server(stated: &[Value], base: Option<&Url>) -> Server {
    let mut first = None;
    for url in stated.iter().filter_map(operations::server_url) {
        let full = base.and_then(|base| base.join(&url).ok());
        if let (Some(base), Some(full)) = (base, full)
            && base.origin() == full.origin()
        {
            return Server::Here(path(&full));
        }
        first.get_or_insert(url);
    }
    Server::Elsewhere(first.unwrap_or_default())
}

/// The path of a URL, without a slash at its end.
fn path(url: &Url) -> String {
    url.path().trim_end_matches('/').to_owned()
}

/// Makes the origin of `base` the document's server, and adds the path of the server to each path.
fn rebase(
    document: &mut Value,
    base: &Url,
    own_path: &str,
    prefixes: &[(String, String, String)],
    report: &mut Report,
) {
    let origin = base.origin().ascii_serialization();
    let what = format!("operations have servers with other paths, so the base URL is `{origin}`");
    report.warn(&Pointer::root().child("servers"), what);
    let mut moves = Vec::new();
    let mut paths: Map<String, Value> = Map::new();
    let old = document.get_mut("paths").map(Value::take).unwrap_or_default();
    let root = Pointer::root().child("paths");
    for (key, item) in old.as_object().into_iter().flatten() {
        let fields = item.as_object().into_iter().flatten();
        for (field, value) in fields {
            let is_method = METHODS.contains(&field.as_str());
            let prefix = prefixes.iter().find(|(path, method, _)| path == key && method == field);
            let targets: Vec<&str> = match prefix {
                Some((_, _, prefix)) => vec![prefix],
                None if is_method => vec![own_path],
                // What all methods share is needed beside each of them.
                None => {
                    let other = prefixes.iter().filter(|(path, ..)| path == key).map(|(_, _, prefix)| prefix.as_str());
                    other.chain([own_path]).collect()
                }
            };
            for target in targets {
                let new = format!("{target}{key}");
                moves.push((root.child(&new).child(field), root.child(key).child(field)));
                let entry = paths.entry(new).or_insert_with(|| json!({}));
                entry[field.as_str()] = value.clone();
            }
        }
    }
    paths.retain(|_, item| METHODS.iter().any(|method| item.get(*method).is_some()));
    report.origins.record(moves);
    document["paths"] = Value::Object(paths);
    document["servers"] = json!([{"url": origin}]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(servers: &Value, paths: &Value) -> (Value, Report) {
        let mut document = json!({"servers": servers, "paths": paths});
        let mut report = Report::default();
        lower(&mut document, &mut report);
        (document, report)
    }

    #[test]
    fn a_server_at_the_same_origin_becomes_a_part_of_the_path() {
        let base = json!([{"url": "https://api.example/v1/"}]);
        let paths = json!({
            "/cakes": {
                "parameters": [{"name": "a"}],
                "get": {"operationId": "list"},
                "post": {"operationId": "bake", "servers": [{"url": "https://other.example"}, {"url": "https://api.example/v2"}]},
            },
            "/ovens": {"servers": [{"url": "/v3/"}], "get": {"operationId": "ovens"}},
        });
        let (document, report) = after(&base, &paths);
        let expected = json!({
            "/v1/cakes": {"parameters": [{"name": "a"}], "get": {"operationId": "list"}},
            "/v2/cakes": {"parameters": [{"name": "a"}], "post": {"operationId": "bake"}},
            "/v3/ovens": {"get": {"operationId": "ovens"}},
        });
        assert_eq!(document, json!({"servers": [{"url": "https://api.example"}], "paths": expected}));
        assert_eq!(report.diagnostics.len(), 1);
        let place = Pointer::root().child("paths").child("/v2/cakes").child("post").child("tags");
        assert_eq!(report.origins.of(&place).to_string(), "#/paths/~1cakes/post/tags");
    }

    #[test]
    fn a_server_with_the_url_of_the_document_changes_nothing() {
        let base = json!([{"url": "https://api.example/v1"}]);
        let paths = json!({"/a": {"get": {"servers": [{"url": "https://api.example/v1/"}]}}});
        let (document, report) = after(&base, &paths);
        assert_eq!(document, json!({"servers": base, "paths": {"/a": {"get": {}}}}));
        assert!(report.diagnostics.is_empty());
    }

    #[test]
    fn an_operation_at_another_origin_is_reported_and_documented() {
        let base = json!([{"url": "https://api.example/v1"}]);
        let paths = json!({"/a": {"get": {"servers": [{"url": "https://{x}.example", "variables": {"x": {"default": "files"}}}]}}});
        let (document, report) = after(&base, &paths);
        let documentation = document["paths"]["/a"]["get"]["description"].as_str().unwrap();
        assert!(documentation.contains("`https://files.example`"), "{documentation}");
        assert_eq!(document["servers"], base);
        assert_eq!(
            report.diagnostics[0].to_string(),
            "#/paths/~1a/get/servers: the server of this operation is `https://files.example`; the client sends it to its base URL"
        );
        // Without an absolute server of the document, nothing is known to be at the same origin.
        let (_, report) = after(&json!([]), &paths);
        assert_eq!(report.diagnostics.len(), 1);
    }
}
