//! The events that Chift sends.

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::fields::{Fields, Mismatch};
use super::{WebhookError, compact};
use crate::{Open, RawJson};

/// An event that Chift sent.
///
/// It can only be obtained with [`verify`](super::verify()) or a [`Verifier`](super::Verifier); in tests also with
/// [`unverified_for_tests`](Self::unverified_for_tests). It does not implement `Deserialize`, so that no program reads
/// an unverified event by mistake.
///
/// Chift adds kinds of events and fields without notice. An event of an unknown kind is [`Other`](Self::Other), which
/// keeps the whole body, and so is an event whose fields are not those that Chift documents for its kind. Unknown fields
/// of a known kind are in `extra`.
///
/// ```
/// use chift_api::webhook::Event;
///
/// fn handle(event: &Event) {
///     match event {
///         Event::ConnectionCreated(it) => println!("{}: connected by {}", it.consumerid, it.connectionid),
///         Event::ConnectionDown(it) => println!("{}: {} needs attention", it.consumerid, it.connectionid),
///         Event::Other(it) if it.mismatch.is_some() => eprintln!("{}: unexpected fields", it.event),
///         _ => {} // also the kinds that later versions add
///     }
/// }
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// `account.connection.created`: a consumer has connected a software.
    ConnectionCreated(ConnectionEvent),
    /// `account.connection.updated`: a connection has changed.
    ConnectionUpdated(ConnectionUpdated),
    /// `account.connection.deleted`: a connection has been removed.
    ConnectionDeleted(ConnectionEvent),
    /// `account.connection.up`: a connection works again.
    ConnectionUp(ConnectionEvent),
    /// `account.connection.down`: a connection has stopped working.
    ConnectionDown(ConnectionEvent),
    /// `account.flow.enabled`: a consumer has enabled a flow.
    FlowEnabled(FlowEvent),
    /// `account.flow.disabled`: a consumer has disabled a flow.
    FlowDisabled(FlowEvent),
    /// `account.flow.executed`: a flow has run.
    FlowExecuted(FlowExecuted),
    /// `account.issue.created`: a problem with a connection has occurred.
    IssueCreated(IssueCreated),
    /// Any other event, as it was received.
    Other(OtherEvent),
}

/// Defines the fields of an event, with those that all events have.
macro_rules! fields {
    ($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $field:ident: $kind:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            /// Your account at Chift.
            pub accountid: Uuid,
            /// The consumer that the event is about.
            pub consumerid: Uuid,
            /// When the event was created, to the second.
            pub created: DateTime<Utc>,
            $($(#[$about])* pub $field: $kind,)*
            /// All other fields.
            pub extra: IndexMap<String, RawJson>,
        }

        impl $name {
            fn read(mut fields: Fields) -> Result<Self, Mismatch> {
                fields.take::<Option<String>>("event")?;
                Ok(Self {
                    accountid: fields.take("accountid")?,
                    consumerid: fields.take("consumerid")?,
                    created: fields.take("created")?,
                    $($field: fields.take(stringify!($field))?,)*
                    extra: fields.rest(),
                })
            }
        }
    };
}

fields! {
    /// An event of a connection.
    ConnectionEvent {
        /// The connection.
        connectionid: Uuid,
    }
}

fields! {
    /// A connection has changed.
    ConnectionUpdated {
        /// The connection.
        connectionid: Uuid,
        /// Whether the connection is active.
        status: Open<ConnectionState>,
    }
}

fields! {
    /// A consumer has enabled or disabled a flow.
    FlowEvent {
        /// The flow.
        flowid: Uuid,
        /// The sync that the flow belongs to.
        syncid: Uuid,
    }
}

fields! {
    /// A flow has run.
    FlowExecuted {
        /// The flow.
        flowid: Uuid,
        /// The sync that the flow belongs to.
        syncid: Uuid,
        /// The result. Chift does not document the values.
        status: String,
        /// The execution.
        executionid: String,
        /// The execution that started this one.
        parentexecutionid: Option<String>,
    }
}

fields! {
    /// A problem with a connection has occurred.
    IssueCreated {
        /// The issue.
        issue_id: String,
        /// The connection.
        connectionid: Uuid,
        /// The sync, if the problem occurred in one.
        syncid: Option<Uuid>,
        /// Chift's code of the problem, such as `ERROR_CONNECTOR_AUTHENTICATION`.
        error_code: String,
        /// The status of the issue. Chift does not document the values.
        issue_status: String,
    }
}

/// The status of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ConnectionState {
    /// The connection can be used.
    Active,
    /// The connection cannot be used.
    Inactive,
}

/// An event of an unknown kind, or one whose fields are not those of its kind.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct OtherEvent {
    /// The kind, such as `account.connection.created`; empty if the body does not state it as a string.
    pub event: String,
    /// Your account at Chift, if the body states it as a UUID.
    pub accountid: Option<Uuid>,
    /// The consumer that the event is about, if the body states it as a UUID.
    pub consumerid: Option<Uuid>,
    /// When the event was created, if the body states it in Unix seconds.
    pub created: Option<DateTime<Utc>>,
    /// The whole body. `Debug` does not show it.
    pub body: RawJson,
    /// Why the event is not the variant for its kind; `None` if the kind is unknown.
    pub mismatch: Option<Mismatch>,
}

impl Event {
    /// Reads an event **without verifying it**, for tests of your handlers.
    ///
    /// ```
    /// use chift_api::webhook::Event;
    ///
    /// let body = r#"{"event": "account.something.new", "created": 1767225600, "count": 3}"#;
    /// let event = Event::unverified_for_tests(body)?;
    /// assert_eq!(event.kind(), "account.something.new");
    /// # Ok::<(), chift_api::webhook::WebhookError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the body is not JSON in UTF-8.
    pub fn unverified_for_tests(body: impl AsRef<[u8]>) -> Result<Self, WebhookError> {
        compact::json(body.as_ref()).map(Self::read).ok_or(WebhookError::NotJson)
    }

    /// The kind, such as `account.connection.created`; empty if the body does not state it as a string.
    pub fn kind(&self) -> &str {
        match self {
            Self::ConnectionCreated(_) => "account.connection.created",
            Self::ConnectionUpdated(_) => "account.connection.updated",
            Self::ConnectionDeleted(_) => "account.connection.deleted",
            Self::ConnectionUp(_) => "account.connection.up",
            Self::ConnectionDown(_) => "account.connection.down",
            Self::FlowEnabled(_) => "account.flow.enabled",
            Self::FlowDisabled(_) => "account.flow.disabled",
            Self::FlowExecuted(_) => "account.flow.executed",
            Self::IssueCreated(_) => "account.issue.created",
            Self::Other(other) => &other.event,
        }
    }

    /// Your account at Chift. `None` only for [`Other`](Self::Other), if the body does not state it as a UUID.
    pub fn accountid(&self) -> Option<Uuid> {
        self.common().0
    }

    /// The consumer that the event is about. `None` only for [`Other`](Self::Other), if the body does not state it as a
    /// UUID.
    pub fn consumerid(&self) -> Option<Uuid> {
        self.common().1
    }

    /// When the event was created, to the second. `None` only for [`Other`](Self::Other), if the body does not state it
    /// in Unix seconds.
    pub fn created(&self) -> Option<DateTime<Utc>> {
        self.common().2
    }

    fn common(&self) -> (Option<Uuid>, Option<Uuid>, Option<DateTime<Utc>>) {
        macro_rules! known {
            ($it:ident) => {
                (Some($it.accountid), Some($it.consumerid), Some($it.created))
            };
        }
        match self {
            Self::ConnectionCreated(it)
            | Self::ConnectionDeleted(it)
            | Self::ConnectionUp(it)
            | Self::ConnectionDown(it) => known!(it),
            Self::ConnectionUpdated(it) => known!(it),
            Self::FlowEnabled(it) | Self::FlowDisabled(it) => known!(it),
            Self::FlowExecuted(it) => known!(it),
            Self::IssueCreated(it) => known!(it),
            Self::Other(it) => (it.accountid, it.consumerid, it.created),
        }
    }

    /// Reads an event. No event is lost: what is not a known event is kept as [`Other`](Self::Other).
    pub(super) fn read(json: &RawValue) -> Self {
        let known = Fields::read(json).and_then(Self::known);
        match known {
            Ok(Some(event)) => event,
            Ok(None) => Self::Other(OtherEvent::read(json, None)),
            Err(mismatch) => Self::Other(OtherEvent::read(json, Some(mismatch))),
        }
    }

    /// The event of a known kind, or `None` if the kind is unknown.
    fn known(fields: Fields) -> Result<Option<Self>, Mismatch> {
        let event = match fields.get::<String>("event")?.as_str() {
            "account.connection.created" => ConnectionEvent::read(fields).map(Self::ConnectionCreated),
            "account.connection.updated" => ConnectionUpdated::read(fields).map(Self::ConnectionUpdated),
            "account.connection.deleted" => ConnectionEvent::read(fields).map(Self::ConnectionDeleted),
            "account.connection.up" => ConnectionEvent::read(fields).map(Self::ConnectionUp),
            "account.connection.down" => ConnectionEvent::read(fields).map(Self::ConnectionDown),
            "account.flow.enabled" => FlowEvent::read(fields).map(Self::FlowEnabled),
            "account.flow.disabled" => FlowEvent::read(fields).map(Self::FlowDisabled),
            "account.flow.executed" => FlowExecuted::read(fields).map(Self::FlowExecuted),
            "account.issue.created" => IssueCreated::read(fields).map(Self::IssueCreated),
            _ => return Ok(None),
        };
        event.map(Some)
    }
}

impl OtherEvent {
    fn read(json: &RawValue, mismatch: Option<Mismatch>) -> Self {
        let fields = Fields::read(json).ok();
        let fields = fields.as_ref();
        Self {
            event: fields.and_then(|fields| fields.get("event").ok()).unwrap_or_default(),
            accountid: fields.and_then(|fields| fields.get("accountid").ok()),
            consumerid: fields.and_then(|fields| fields.get("consumerid").ok()),
            created: fields.and_then(|fields| fields.get("created").ok()),
            body: RawJson::from(json),
            mismatch,
        }
    }
}
