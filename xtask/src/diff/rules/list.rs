//! The list of the kinds of changes. Programs and lists of accepted changes refer to the ids, so an id is never renamed or
//! reused.

use crate::diff::verdict::Verdict::{self, Breaking, Compatible, Note, Silent};

macro_rules! rules {
    ($($name:ident $id:literal $verdict:ident $meaning:literal, $why:literal, $example:literal;)*) => {
        /// A kind of change.
        ///
        /// ```
        /// use xtask::diff::{Rule, Verdict};
        /// assert_eq!(Rule::FieldRemoved.id(), "field-removed");
        /// assert_eq!(Rule::from_id("server-url-changed").unwrap().verdict(), Verdict::Silent);
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $(#[doc = $meaning] $name,)*
        }

        impl Rule {
            /// All kinds of changes, in the order of reports.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The id, the verdict, what it means, the reason for the verdict, and an example.
            pub(super) fn row(self) -> (&'static str, Verdict, &'static str, &'static str, &'static str) {
                match self {
                    $(Self::$name => ($id, $verdict, $meaning, $why, $example),)*
                }
            }
        }
    };
}

rules! {
    // The document as a whole.
    ServerUrlChanged "server-url-changed" Silent
        "The URL of the first server, which is the default base URL of the client, differs.",
        "requests, and the credentials in them, go to another address",
        "`servers[0].url`: `https://a.example` becomes `https://b.example`";
    BaseUrlRebased "base-url-rebased" Silent
        "The default base URL of the client ends elsewhere, because the paths of operations contain the rest of it.",
        "callers that set a base URL of their own must shorten it too",
        "`https://a.example/v1` becomes `https://a.example`, because an operation has the server `https://a.example/v2`";
    OperationServerChanged "operation-server-changed" Silent
        "The document names another server for an operation or a path, which the client does not use.",
        "the client sends the operation to its base URL",
        "`servers` with another host is added to `GET /files`";
    ServerListChanged "server-list-changed" Note
        "The servers differ, and not the URL that the client uses.",
        "the client sends its requests to the same address",
        "a second entry is added to `servers`";
    DocumentVersionChanged "document-version-changed" Compatible
        "The version of the document, which the client returns as `api_version()`, differs.",
        "calls are the same",
        "`info.version`: `1.0.0` becomes `1.1.0`";
    CredentialNotSent "credential-not-sent" Silent
        "An operation needs a credential that the client does not send.",
        "the server may refuse the calls of every version of the client",
        "`GET /things` needs an API key now";
    BearerTokenAdded "bearer-token-added" Silent
        "An operation needs the bearer token, which the client sends now.",
        "programs that are built with the old client do not send it",
        "`security: [{bearerAuth: []}]` is added to `GET /things`";
    BearerTokenRemoved "bearer-token-removed" Compatible
        "An operation no longer needs the bearer token, and the client no longer sends it.",
        "callers need no change",
        "`security: []` is added to `GET /things`";
    SecurityChanged "security-changed" Note
        "The security of an operation or of the document differs, but not the credential that the client sends.",
        "the client sends the same credential as before",
        "the scope `read` is added to an OAuth requirement";
    SecuritySchemeChanged "security-scheme-changed" Note
        "The definition of a security scheme differs.",
        "changes of the credentials that operations need are reported with the operations",
        "the token URL of an OAuth flow changes";

    // Operations.
    OperationRemoved "operation-removed" Breaking
        "An operation was removed.", "calls to it no longer compile", "`GET /things` is removed";
    OperationLeftOut "operation-left-out" Breaking
        "An operation is left out of the new client because it contains a construct that is not supported.",
        "calls to it no longer compile",
        "a header of `GET /things` becomes a list of objects";
    OperationRenamed "operation-renamed" Breaking
        "The method that calls an operation has another name or is in another group.",
        "calls to the old name no longer compile",
        "`operationId`: `get_thing` becomes `read_thing`";
    OperationLeftView "operation-left-view" Breaking
        "An operation can no longer be called on a view of the client, `client.consumer(id)`.",
        "calls on the view no longer compile",
        "the path parameter `consumer_id` becomes `consumerid`";
    OperationNameReused "operation-name-reused" Silent
        "The method of an operation has another name, and its old name is that of another operation with the same signature.",
        "calls to the old name compile, and call the other operation",
        "`GET /things` is renamed, and `GET /v2/things` gets its `operationId`";
    OperationMoved "operation-moved" Silent
        "The HTTP method or the path of an operation differs, and its method in Rust is the same.",
        "programs that are built with the old client send requests to the old place",
        "`GET /things/{id}` becomes `GET /v2/things/{id}`";
    OperationAdded "operation-added" Compatible
        "An operation is new.", "no caller uses it yet", "`GET /shops` is added";
    PathParameterRenamed "path-parameter-renamed" Compatible
        "A path parameter has another name.",
        "callers pass it by position",
        "`/things/{thingid}` becomes `/things/{thing_id}`";
    ArgumentRemoved "argument-removed" Breaking
        "A required argument was removed.", "calls pass one argument too many", "a required parameter is removed";
    ArgumentBecameOptional "argument-became-optional" Breaking
        "A required argument became an optional field of the argument `query`.",
        "calls pass one argument too many; set the field instead",
        "a parameter is no longer `required`";
    ArgumentBecameRequired "argument-became-required" Breaking
        "An optional field of the argument `query` became a required argument.",
        "calls must pass it",
        "a parameter becomes `required`";
    ArgumentAdded "argument-added" Breaking
        "A required argument is new.", "calls must pass it", "a required parameter is added";
    ArgumentTypeChanged "argument-type-changed" Breaking
        "An argument has another type.", "calls pass a value of the old type", "a required integer becomes a string";
    ArgumentRenamed "argument-renamed" Silent
        "An argument that is not in the path has another name, and the same type.",
        "calls compile, and send the value as another parameter",
        "the required parameter `since` is replaced by `until`";
    ArgumentsSwapped "arguments-swapped" Silent
        "Arguments of the same type are in another order.",
        "calls compile, and send the wrong values",
        "`/pairs/{a}/{b}` becomes `/pairs/{b}/{a}`";
    ArgumentsReordered "arguments-reordered" Breaking
        "The arguments are in another order.", "calls pass values of other types", "a path parameter moves to the end";
    QueryArgumentAdded "query-argument-added" Breaking
        "An operation without optional query parameters has one now, and so the argument `query`.",
        "calls must pass it; its `Default` sets no parameter",
        "the first optional query parameter is added to `GET /things/{id}`";
    QueryArgumentRemoved "query-argument-removed" Breaking
        "An operation lost its last optional query parameter, and so the argument `query`.",
        "calls pass one argument too many",
        "the only optional query parameter is removed from `GET /things/{id}`";
    RequestBodyAdded "request-body-added" Breaking
        "An operation has a request body now.", "calls must pass a body", "`requestBody` is added to `POST /things`";
    RequestBodyRemoved "request-body-removed" Breaking
        "An operation has no request body any more.",
        "calls pass one argument too many",
        "`requestBody` is removed from `POST /things`";
    QueryParameterRemoved "query-parameter-removed" Breaking
        "An optional query parameter was removed.",
        "callers that set it no longer compile",
        "the optional parameter `page` is removed";
    QueryParameterTypeChanged "query-parameter-type-changed" Breaking
        "An optional query parameter has another type.",
        "callers that set a value of the old type no longer compile",
        "the optional parameter `page` becomes a string";
    ParameterNotSent "parameter-not-sent" Silent
        "An operation requires a parameter that the client does not send: a cookie.",
        "the server may refuse the calls of every version of the client",
        "the required cookie `session` is added";
    ParameterLocationChanged "parameter-location-changed" Silent
        "A parameter is in another part of the request, and its argument is the same.",
        "programs that are built with the old client send it in the old place",
        "the required parameter `shop` moves from the query to a header";
    ParameterWireNameChanged "parameter-wire-name-changed" Silent
        "A parameter has another name in the request, and the same name in Rust.",
        "programs that are built with the old client send the old name",
        "the parameter `dueDate` becomes `due_date`";
    QueryParameterAdded "query-parameter-added" Compatible
        "An optional query parameter is new.",
        "`Default` leaves it unset",
        "the optional parameter `size` is added";
    ParameterStyleChanged "parameter-style-changed" Silent
        "A parameter is written into the request in another way.",
        "programs that are built with the old client write it in the old way",
        "`explode: false` is added to a list";
    RequestMediaTypeChanged "request-media-type-changed" Silent
        "The client sends the request body in another media type.",
        "programs that are built with the old client send the old media type",
        "`application/json` becomes `application/x-www-form-urlencoded`";
    RequestEncodingChanged "request-encoding-changed" Silent
        "The document states another encoding for the parts of a form.",
        "the client does not follow `encoding`",
        "`encoding` is added to `multipart/form-data`";
    ResponseTypeChanged "response-type-changed" Breaking
        "The type of a successful response differs.",
        "callers that name the type, or read its fields, no longer compile",
        "the schema of the response becomes `#/components/schemas/Disc`";
    ErrorTypeChanged "error-type-changed" Breaking
        "The type of an error response differs.",
        "callers that name the type, or match it, no longer compile",
        "the first error with a body is added to the document";
    StatusBodyChanged "status-body-changed" Silent
        "The responses with a status have another body.",
        "callers that match the variant of the old body compile, and no longer see that body",
        "the schema of the response `422` becomes `#/components/schemas/Problem`";
    SuccessStatusChanged "success-status-changed" Silent
        "A successful response has another status.",
        "programs that are built with the old client return an error for the new status",
        "the response `200` becomes `201`";
    SuccessStatusAdded "success-status-added" Silent
        "A further successful status is documented.",
        "programs that are built with the old client return an error for the new status",
        "the response `202` is added beside `200`";
    SuccessStatusRemoved "success-status-removed" Compatible
        "One of several successful statuses is no longer documented.",
        "the other successful statuses are as before",
        "the response `202` is removed beside `200`";
    ErrorStatusAdded "error-status-added" Compatible
        "An error status is documented.",
        "calls that fail with it return an error, as before",
        "the response `404` is added";
    ErrorStatusRemoved "error-status-removed" Compatible
        "An error status is no longer documented.",
        "calls that fail with it return an error, as before",
        "the response `404` is removed";
    ResponseHeaderRemoved "response-header-removed" Silent
        "A header of a response is no longer documented.",
        "callers that read it from `headers()` may not find it",
        "the header `X-Total` is removed from the response `200`";
    ResponseHeaderChanged "response-header-changed" Note
        "The description or the schema of a response's header differs.",
        "the client returns headers as they are",
        "the header `X-Total` becomes a string";
    ResponseHeaderAdded "response-header-added" Note
        "A header of a response is documented.",
        "the client returns headers as they are",
        "the header `X-Total` is added to the response `200`";
    ResponseMediaTypeChanged "response-media-type-changed" Compatible
        "The client reads a response in another media type; a change of its type in Rust is reported separately.",
        "the client reads the new media type",
        "`application/json` becomes `application/problem+json`";

    // Types.
    TypeRemoved "type-removed" Breaking
        "A type was removed.", "callers that name it no longer compile", "the schema `Thing` is removed";
    TypeRenamed "type-renamed" Breaking
        "A type has another name.", "callers that name it no longer compile", "the schema `Thing` becomes `ThingOut`";
    TypeKindChanged "type-kind-changed" Breaking
        "A type is another kind of type: a struct, a newtype, an enum or a union.",
        "callers that use it no longer compile",
        "an object becomes a `oneOf`";
    TypeContentChanged "type-content-changed" Breaking
        "A newtype holds another type.",
        "callers that construct or unwrap it no longer compile",
        "a list of strings becomes a list of integers";
    TraitRemoved "trait-removed" Breaking
        "A type no longer implements a trait.",
        "callers that use the trait no longer compile",
        "a union has two alternatives of one type, so `From` cannot be implemented for both";
    TypeAdded "type-added" Compatible
        "A type is new.", "no caller names it yet", "the schema `Shop` is added";
    RequestFieldRequired "request-field-required" Breaking
        "A type in requests has a new required field.",
        "callers must pass it to `new`",
        "the required field `shop` is added to `NewThing`";
    ResponseFieldRequired "response-field-required" Breaking
        "A type in responses has a new required field.",
        "callers that construct a response, as tests do, must pass it to `new`",
        "the required field `weight` is added to `Thing`";
    FieldRemoved "field-removed" Breaking
        "A field was removed.", "callers that use it no longer compile", "the field `note` is removed from `Thing`";
    FieldBecameRequired "field-became-required" Breaking
        "A field is required now.",
        "callers that pass or check an `Option` no longer compile",
        "`note` is added to `required`";
    FieldBecameOptional "field-became-optional" Breaking
        "A field is optional or nullable now.",
        "callers that pass or expect a bare value no longer compile",
        "`name` is removed from `required`";
    FieldTypeChanged "field-type-changed" Breaking
        "A field has another type.", "callers that use the old type no longer compile", "a string becomes a date";
    ConstructorChanged "constructor-changed" Breaking
        "A type is constructed in another way.",
        "calls of the old constructor no longer compile",
        "the last required field becomes optional, so that `default()` replaces `new`";
    FieldWireNameChanged "field-wire-name-changed" Silent
        "A field has another name in JSON, and the same name in Rust.",
        "programs that are built with the old client use the old name in JSON",
        "the field `dueDate` becomes `due_date`";
    FieldPresenceChanged "field-presence-changed" Silent
        "A nullable field without a value is null in JSON now and was left out, or the reverse.",
        "programs that are built with the old client send and expect the old form",
        "a nullable field is removed from `required`";
    FieldAdded "field-added" Compatible
        "An optional field is new.", "callers need not set it", "the optional field `weight` is added to `Thing`";
    EnumValueRemoved "enum-value-removed" Breaking
        "A value of an enum was removed.", "callers that name it no longer compile", "`draft` is removed from `Status`";
    EnumValueRenamed "enum-value-renamed" Breaking
        "A value of an enum has another name in Rust, and the same string in JSON.",
        "callers that name it no longer compile",
        "`a-b` becomes `AB2` in Rust because `a_b` is added";
    EnumValueWireNameChanged "enum-value-wire-name-changed" Silent
        "A value of an enum is another string in JSON, and has the same name in Rust.",
        "programs that are built with the old client use the old string",
        "`pale-green` becomes `pale_green`";
    EnumValueAdded "enum-value-added" Compatible
        "A value of an enum is new.", "callers need not send it, and already handle unknown values", "`paid` is added to `Status`";
    VariantRemoved "union-variant-removed" Breaking
        "A variant of a union was removed.", "callers that name it no longer compile", "an alternative is removed from a `oneOf`";
    VariantTypeChanged "union-variant-type-changed" Breaking
        "A variant of a union holds another type.",
        "callers that construct or match it no longer compile",
        "an alternative becomes another schema with the same name";
    ExhaustiveVariantAdded "exhaustive-union-variant-added" Breaking
        "A union in responses that callers can match exhaustively has a new variant.",
        "callers that match all variants no longer compile",
        "an alternative is added to a `oneOf` that accepts any value";
    DiscriminatorChanged "discriminator-changed" Silent
        "The discriminator of a union differs.",
        "programs that are built with the old client choose a variant in the old way",
        "`propertyName`: `kind` becomes `type`";
    UnionFormsChanged "union-forms-changed" Compatible
        "The client distinguishes the variants of a union in another way, and no variant differs otherwise.",
        "values that are valid by the new document are read as the right variant",
        "`additionalProperties: false` is added to an alternative";
    UnionReadingChanged "union-reading-changed" Silent
        "The client distinguishes the variants of a union in another way, and a value can fit several of them.",
        "some values are read as another variant",
        "two alternatives of an `anyOf` that have the same fields change places";
    VariantAdded "union-variant-added" Compatible
        "A variant of a union is new.", "callers need not send it, and already handle unknown variants", "an alternative is added to a `oneOf`";

    // What the server checks and assumes.
    RequestLimitTightened "request-limit-tightened" Silent
        "A limit of a request's field or parameter is new or stricter.",
        "calls compile, and the server may refuse values that it accepted",
        "`maxLength`: 50 becomes 20";
    RequestDefaultChanged "request-default-changed" Silent
        "The default of an optional field or parameter of a request differs.",
        "the server assumes another value for calls that do not set it",
        "`default`: 1 becomes 0";

    // Deprecations.
    OperationDeprecated "operation-deprecated" Note
        "An operation is deprecated.", "calls work as before", "`deprecated: true` is added to `GET /things`";
    ParameterDeprecated "parameter-deprecated" Note
        "A parameter is deprecated.", "calls work as before", "`deprecated: true` is added to the parameter `page`";
    FieldDeprecated "field-deprecated" Note
        "A field or a type is deprecated.", "callers work as before", "`deprecated: true` is added to the field `note`";
    SunsetChanged "sunset-changed" Note
        "The date on which a deprecated part ends is new or differs.",
        "calls work until then",
        "`x-sunset`: `2027-06-30` is added to `GET /things`";
    DeprecationRemoved "deprecation-removed" Note
        "A part is no longer deprecated.", "calls work as before", "`deprecated: true` is removed from `GET /things`";

    // What the client does not contain.
    LimitChanged "limit-changed" Note
        "A limit is looser or is stated in another way, or applies to responses only.",
        "the client checks no limits",
        "`maxLength` is removed from a field of a response";
    DefaultChanged "default-changed" Note
        "The default of a required field or of a field in responses differs.",
        "the client sets no defaults",
        "`default` is added to a field of a response";
    AccessChanged "read-write-changed" Note
        "A field is, or is no longer, restricted to requests or responses.",
        "the client has the field in both",
        "`readOnly: true` is added to a field";
    MediaTypeAdded "media-type-added" Note
        "A further media type is documented.",
        "the client uses the same media type as before",
        "`application/xml` is added beside `application/json`";
    MediaTypeRemoved "media-type-removed" Note
        "A media type that the client does not use was removed.",
        "the client uses the same media type as before",
        "`application/xml` is removed beside `application/json`";
    SchemaChanged "schema-changed" Note
        "A schema differs, and no type or argument that the client has for it.",
        "the types of the client are the same here",
        "`format: email` is added to a string";
    ParameterChanged "parameter-changed" Note
        "A parameter differs in a way that no argument shows.",
        "the arguments of the client are the same",
        "a cookie is added";
    LeftOutChanged "left-out-changed" Note
        "An operation that the clients leave out differs, is new or was removed.",
        "the client cannot call it",
        "an operation with an unsupported construct gets another parameter";
    WebhookChanged "webhook-changed" Note
        "A webhook or a callback differs, is new or was removed.",
        "the client calls no webhooks",
        "the webhook `thing.created` is removed";
    OrderChanged "order-changed" Note
        "The entries of a list or an object are in another order.",
        "their order has no meaning for callers",
        "two values of an enum change places";
    TagsChanged "tags-changed" Note
        "The tags of the document or of an operation differ.",
        "a change of the group that has the operation is reported as a new name",
        "a second tag is added to an operation";
    DescriptionChanged "description-changed" Note
        "A description, a summary or a title differs.",
        "the client is the same; the meaning of a value may not be",
        "`total` becomes `total EXCL. taxes`";
    ExampleChanged "example-changed" Note
        "An example differs.", "the client does not contain examples", "`example` is added to a field";
    DocumentChanged "document-changed" Note
        "Another part of the document differs.",
        "the client does not use it",
        "an `x-…` extension changes";
}
