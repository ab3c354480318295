//! Records the forms of the alternatives of each union while the document still has all of its keywords.
//!
//! Later passes move, merge and order the alternatives, so each one is marked with its place; `decide` reads the marks and
//! removes them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Alternative;
use super::decide;
use super::discriminator::Discriminator;
use super::forms::{self, Form};
use crate::document::marker;
use crate::document::pointer::Pointer;
use crate::document::references::has_value;
use crate::document::walk::{self, Kind};
use crate::lower::Report;

/// A union of the document before the passes.
#[derive(Debug, Default)]
pub(in crate::lower) struct Noted {
    /// The properties of its discriminators.
    pub(super) discriminators: Vec<String>,
    /// The alternatives by their place, and by the target of their reference.
    pub(super) by_place: BTreeMap<String, Alternative>,
    pub(super) by_reference: BTreeMap<String, Alternative>,
}

impl Noted {
    /// Whether all alternatives are strings of any form.
    pub(in crate::lower) fn is_text(&self) -> bool {
        let mut all = self.by_place.values().chain(self.by_reference.values());
        all.all(|alternative| alternative.forms == [Form::String(None)])
    }

    /// Two numbers of pairs of alternatives: those with the same forms, and those in which one alternative accepts the
    /// values of the other.
    fn similar_pairs(&self) -> (usize, usize) {
        let all: Vec<&Alternative> = self.by_place.values().chain(self.by_reference.values()).collect();
        let pairs = |is_similar: &dyn Fn(&Alternative, &Alternative) -> bool| {
            let before = |index: usize| all.iter().take(index);
            all.iter().enumerate().map(|(index, it)| before(index).filter(|other| is_similar(it, other)).count()).sum()
        };
        let accepts = |one: &Alternative, other: &Alternative| decide::covers(one, other) || decide::covers(other, one);
        (pairs(&|one, other| one.forms == other.forms), pairs(&accepts))
    }
}

const KEYWORDS: [&str; 2] = ["anyOf", "oneOf"];

pub(in crate::lower) fn note(document: &mut Value, report: &mut Report) -> usize {
    let mut places = Vec::new();
    walk::visit(document, &mut |kind, place, node| {
        // Most are a value or null.
        if kind != Kind::Schema || count(node) < 2 {
            return;
        }
        let place = place.pointer();
        let noted_with = |levels| {
            let (mut noted, mut marked) = (Noted::default(), Vec::new());
            add(node, &place, document, report, levels, &mut noted, &mut marked);
            (noted, marked)
        };
        let (mut noted, marked) = noted_with(forms::LEVELS);
        let similar = noted.similar_pairs();
        if similar > (0, 0) {
            let (more, _) = noted_with(forms::MORE_LEVELS);
            if more.similar_pairs() < similar {
                noted = more;
            }
        }
        if noted.by_place.len() + noted.by_reference.len() > 1 {
            places.push(place.clone());
            places.extend(marked);
            report.noted.insert(place.to_string(), noted);
        }
    });
    for place in &places {
        if let Some(Value::Object(schema)) = place.find_mut(document) {
            schema.insert(marker::PLACE.to_owned(), json!(place.to_string()));
        }
    }
    report.noted.len()
}

/// The number of the alternatives that [`add`] adds.
fn count(union: &Value) -> usize {
    alternatives(union).map(|(_, _, it)| if is_union(it) { count(it) } else { usize::from(!is_null(it)) }).sum()
}

/// The alternatives of a union, each with its keyword and its index.
fn alternatives(union: &Value) -> impl Iterator<Item = (&'static str, usize, &Value)> {
    KEYWORDS.into_iter().flat_map(|keyword| {
        let all = union.get(keyword).and_then(Value::as_array).into_iter().flatten();
        all.enumerate().map(move |(index, it)| (keyword, index, it))
    })
}

fn is_union(schema: &Value) -> bool {
    KEYWORDS.iter().any(|keyword| schema.get(keyword).is_some()) && schema.get("properties").is_none()
}

fn is_null(schema: &Value) -> bool {
    has_value(schema, "type", "null")
}

/// Adds the alternatives of a union, and those of the unions among them.
fn add(
    union: &Value,
    place: &Pointer,
    document: &Value,
    report: &Report,
    levels: usize,
    noted: &mut Noted,
    marked: &mut Vec<Pointer>,
) {
    let discriminator = Discriminator::of(union);
    noted.discriminators.extend(discriminator.map(|it| it.property.to_owned()));
    for (keyword, index, alternative) in alternatives(union) {
        let place = place.child(keyword).child(index);
        if is_union(alternative) {
            add(alternative, &place, document, report, levels, noted, marked);
            continue;
        }
        if is_null(alternative) {
            continue;
        }
        let forms = forms::of_alternative(alternative, discriminator, document, levels);
        let found = Alternative { forms, place: Some(report.origins.of(&place)) };
        if let Some(reference) = alternative.get("$ref").and_then(Value::as_str) {
            noted.by_reference.insert(reference.to_owned(), found);
        } else {
            noted.by_place.insert(place.to_string(), found);
            marked.push(place);
        }
    }
}
