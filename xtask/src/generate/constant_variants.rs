//! Makes an alternative of a union that is one string a variant without content: `Limit::Unlimited`, and not
//! `Limit::Enum(LimitEnum::Unlimited)`. The enum of one value is removed if nothing else contains it.

use std::collections::{BTreeMap, BTreeSet};

use quote::format_ident;
use syn::visit_mut::{self, VisitMut};
use syn::{Arm, Expr, ExprCall, ExprIf, Fields, File, Ident, Item, ItemEnum, ItemImpl, Pat, Type, parse_quote};

use crate::client::contained::{self, Names};
use crate::client::source;
use crate::document::problem::Problem;
use crate::lower::Lowered;
use crate::names;

/// A variant that becomes one without content.
struct Constant {
    old: Ident,
    new: Ident,
    /// The enum of one value, which it contained.
    kind: String,
    /// The value in JSON.
    text: String,
}

/// Changes the variants, in the definitions of the unions and in their `impl` blocks, and returns their number.
pub(super) fn fold(client: &mut File, _: &Lowered, _: &mut Vec<Problem>) -> usize {
    let constants: BTreeMap<String, (Ident, String)> = source::types(client).iter().filter_map(constant).collect();
    let mut unions: BTreeMap<String, Vec<Constant>> = BTreeMap::new();
    for item in source::types_mut(client) {
        if let Item::Enum(item) = item
            && source::is_untagged(item)
        {
            let changed = change(item, &constants);
            if !changed.is_empty() {
                unions.insert(item.ident.to_string(), changed);
            }
        }
    }
    let Some(types) = source::types_module(client) else { return 0 };
    types.retain(|item| match item {
        Item::Impl(block) => union_of(block, &unions).is_none_or(|constants| !is_from_one(block, constants)),
        _ => true,
    });
    for item in types {
        if let Item::Impl(block) = item
            && let Some(constants) = union_of(block, &unions)
        {
            Constants(constants).visit_item_impl_mut(block);
        }
    }
    remove_unused(client, unions.values().flatten().map(|constant| constant.kind.clone()).collect());
    unions.values().map(Vec::len).sum()
}

/// The name of an enum of one value, with its variant and the value in JSON.
fn constant(item: &Item) -> Option<(String, (Ident, String))> {
    let Item::Enum(item) = item else { return None };
    let variant = item.variants.first().filter(|it| item.variants.len() == 1 && matches!(it.fields, Fields::Unit))?;
    let text = source::wire_name(&variant.attrs).unwrap_or_else(|| variant.ident.to_string());
    Some((item.ident.to_string(), (variant.ident.clone(), text)))
}

/// Changes the variants of a union.
fn change(item: &mut ItemEnum, constants: &BTreeMap<String, (Ident, String)>) -> Vec<Constant> {
    let mut taken: BTreeSet<String> = item.variants.iter().map(|variant| variant.ident.to_string()).collect();
    let mut changed = Vec::new();
    for variant in &mut item.variants {
        let Fields::Unnamed(fields) = &variant.fields else { continue };
        let Some(Type::Path(path)) = fields.unnamed.first().map(|field| &field.ty) else { continue };
        let Some(kind) = path.path.get_ident().map(Ident::to_string) else { continue };
        let Some((name, text)) = constants.get(&kind) else { continue };
        let old = variant.ident.clone();
        taken.remove(&old.to_string());
        let name = names::free_name(&name.to_string(), |name| taken.contains(name));
        taken.insert(name.clone());
        let new = format_ident!("{name}");
        let description = format!("The string `{}`.", text.replace('`', "'"));
        variant.ident = new.clone();
        variant.fields = Fields::Unit;
        variant.attrs = vec![parse_quote!(#[doc = #description]), parse_quote!(#[serde(rename = #text)])];
        changed.push(Constant { old, new, kind, text: text.clone() });
    }
    changed
}

/// The changed variants of the union that a block implements.
fn union_of<'a>(block: &ItemImpl, unions: &'a BTreeMap<String, Vec<Constant>>) -> Option<&'a Vec<Constant>> {
    let Type::Path(of) = &*block.self_ty else { return None };
    unions.get(&of.path.get_ident()?.to_string())
}

/// Whether a block implements `From` for the enum of one value.
fn is_from_one(block: &ItemImpl, constants: &[Constant]) -> bool {
    let Some((path, _)) = &block.trait_ else { return false };
    let kinds: BTreeSet<String> = Names::of(&parse_quote!(#path));
    source::is_named(path, "From") && constants.iter().any(|constant| kinds.contains(&constant.kind))
}

struct Constants<'a>(&'a [Constant]);

impl Constants<'_> {
    /// The variant that the path `Self::Variant` names.
    fn named(&self, path: &syn::Path) -> Option<&Constant> {
        let last = path.segments.last().filter(|_| path.segments.len() == 2 && path.segments[0].ident == "Self")?;
        self.0.iter().find(|constant| last.ident == constant.old)
    }
}

impl VisitMut for Constants<'_> {
    /// `Self::Old(x) => x.fmt(f)` becomes `Self::New => f.write_str("text")`.
    fn visit_arm_mut(&mut self, arm: &mut Arm) {
        if let Pat::TupleStruct(pattern) = &arm.pat
            && let Some(Constant { new, text, .. }) = self.named(&pattern.path)
        {
            *arm = parse_quote!(Self::#new => f.write_str(#text),);
        }
        visit_mut::visit_arm_mut(self, arm);
    }

    /// The condition of `Ok(Self::Old(v))` becomes `value == "text"`.
    fn visit_expr_if_mut(&mut self, branch: &mut ExprIf) {
        if let [syn::Stmt::Expr(Expr::Call(ok), None)] = branch.then_branch.stmts.as_slice()
            && let Some(Expr::Call(made)) = ok.args.first()
            && let Expr::Path(path) = &*made.func
            && let Some(Constant { text, .. }) = self.named(&path.path)
        {
            *branch.cond = parse_quote!(value == #text);
        }
        visit_mut::visit_expr_if_mut(self, branch);
    }

    /// `Self::Old(…)` becomes `Self::New`.
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        visit_mut::visit_expr_mut(self, expression);
        if let Expr::Call(ExprCall { func, .. }) = expression
            && let Expr::Path(path) = &**func
            && let Some(Constant { new, .. }) = self.named(&path.path)
        {
            *expression = parse_quote!(Self::#new);
        }
    }
}

/// Removes those of the types `candidates` that no other type and no method contains.
fn remove_unused(client: &mut File, mut candidates: BTreeSet<String>) {
    for (_, contained) in contained::parts(source::types(client)) {
        candidates.retain(|name| !contained.contains(name));
    }
    for method in source::methods(client) {
        let arguments = source::arguments(method).flat_map(|(_, kind)| Names::of(kind));
        let results = [source::success(method), source::failure(method)].into_iter().flatten().flat_map(Names::of);
        for name in arguments.chain(results) {
            candidates.remove(&name);
        }
    }
    let Some(types) = source::types_module(client) else { return };
    types.retain(|item| match item {
        Item::Enum(item) => !candidates.contains(&item.ident.to_string()),
        Item::Impl(block) => match &*block.self_ty {
            Type::Path(of) => of.path.get_ident().is_none_or(|name| !candidates.contains(&name.to_string())),
            _ => true,
        },
        _ => true,
    });
}

#[cfg(test)]
mod tests {
    use super::super::tests::after;
    use super::*;

    const UNION: &str = r#"pub mod types {
        #[serde(untagged)]
        pub enum Limit { Enum(LimitEnum), Integer(i64) }
        impl ::std::fmt::Display for Limit {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                match self { Self::Enum(x) => x.fmt(f), Self::Integer(x) => x.fmt(f), }
            }
        }
        impl ::std::str::FromStr for Limit {
            type Err = self::error::ConversionError;
            fn from_str(value: &str) -> ::std::result::Result<Self, self::error::ConversionError> {
                if let Ok(v) = value.parse() { Ok(Self::Enum(v)) }
                else if let Ok(v) = value.parse() { Ok(Self::Integer(v)) }
                else { Err("no".into()) }
            }
        }
        impl ::std::convert::From<LimitEnum> for Limit { fn from(value: LimitEnum) -> Self { Self::Enum(value) } }
        impl ::std::convert::From<i64> for Limit { fn from(value: i64) -> Self { Self::Integer(value) } }
        pub enum LimitEnum { #[serde(rename = "no limit")] NoLimit }
        impl ::std::fmt::Display for LimitEnum {}
        OTHER
    }"#;

    #[test]
    fn a_constant_is_a_variant_without_content() {
        let (count, written) = after(fold, &UNION.replace("OTHER", ""));
        assert_eq!(count, 1);
        for expected in [
            "#[serde(rename = \"no limit\")] NoLimit, Integer(i64), }",
            "Self::NoLimit => f.write_str(\"no limit\"), Self::Integer(x) => x.fmt(f),",
            "if value == \"no limit\" { Ok(Self::NoLimit) } else if let Ok(v) = value.parse() { Ok(Self::Integer(v)) }",
            "From<i64> for Limit",
        ] {
            assert!(written.contains(expected), "{expected} is missing in\n{written}");
        }
        assert!(!written.contains("LimitEnum"), "{written}");
    }

    #[test]
    fn a_type_that_another_one_contains_stays() {
        let (_, written) = after(fold, &UNION.replace("OTHER", "pub struct Other { pub limit: Option<LimitEnum> }"));
        assert!(written.contains("pub enum LimitEnum") && written.contains("Display for LimitEnum"), "{written}");
        assert!(!written.contains("From<LimitEnum>"), "{written}");
    }
}
