//! `verify` notices defects of the types: each change of the hand-written code breaks one promise, and a check fails.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::path::Path;

use xtask::pipeline::Input;
use xtask::template::Template;
use xtask::verify;

/// A defect: the file, the code that it replaces, and a part of the failure that it must cause.
struct Defect {
    name: &'static str,
    file: &'static str,
    code: &'static str,
    replacement: &'static str,
    failure: &'static str,
}

const DEFECTS: &[Defect] = &[
    Defect {
        name: "no enum value is known",
        file: "src/values/open.rs",
        code: "Ok(known.map_or_else(|_| Self::Unknown(text), Self::Known))",
        replacement: "Ok(known.map_or_else(|_| Self::Unknown(text.clone()), |_| Self::Unknown(text.clone())))",
        failure: "a value that the document lists is unknown",
    },
    Defect {
        name: "a tag selects the first alternative",
        file: "src/values/union/mod.rs",
        code: "[only] => return Choice::Tagged(*only)",
        replacement: "[_] => return Choice::Tagged(0)",
        failure: "a value was read as `Disc`, and its schema is that of `Square`",
    },
    Defect {
        name: "the least specific alternative is read",
        file: "src/values/union/mod.rs",
        code: "Choice::Formed(matching)",
        replacement: "Choice::Formed(matching.into_iter().rev().collect())",
        failure: "and its schema is that of",
    },
    Defect {
        name: "a secret is shown",
        file: "src/values/secret.rs",
        code: "f.write_str(\"[redacted]\")",
        replacement: "f.write_str(&self.0)",
        failure: "`Debug` shows a secret",
    },
    Defect {
        name: "the offset of a date and time is lost",
        file: "src/values/timestamp.rs",
        code: "serializer.serialize_str(&self.text)",
        replacement: "serializer.serialize_str(&self.to_utc().to_rfc3339())",
        failure: "became",
    },
    Defect {
        name: "a map is sorted",
        file: "src/generated/client.rs",
        code: "pub counts: ::std::option::Option<\n            ::indexmap::IndexMap<",
        replacement: "pub counts: ::std::option::Option<\n            ::std::collections::BTreeMap<",
        failure: "/counts: {\"key_2\"",
    },
    Defect {
        name: "a number that does not fit is replaced",
        file: "src/values/number/mod.rs",
        code: "T::from_json(text).map_or_else(|| Self::Unrepresentable(text.into()), Self::Value)",
        replacement: "T::from_json(text).map_or_else(|| Self::Unrepresentable(\"0\".into()), Self::Value)",
        failure: "became 0",
    },
];

#[test]
#[ignore = "compiles a crate for each defect, which takes minutes; run by .ci/run"]
fn each_defect_of_the_types_is_noticed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let (template, scratch) = (Template::read(root).unwrap(), root.join("target/verify"));
    let input = Input::read(root, Path::new("xtask/tests/mutations/everything.yaml")).unwrap();
    let failures = verify::values(&template, &scratch, &input, |_| {}).unwrap();
    assert!(failures.is_empty(), "{failures:#?}");
    for defect in DEFECTS {
        let failures = verify::values(&template, &scratch, &input, |files| {
            let source = files.get_mut(Path::new(defect.file)).unwrap();
            assert!(source.contains(defect.code), "{}: {} has no such code", defect.name, defect.file);
            *source = source.replace(defect.code, defect.replacement);
        });
        let failures = failures.unwrap();
        println!("{}: {} failures", defect.name, failures.len());
        assert!(failures.iter().any(|it| it.contains(defect.failure)), "{}: {failures:#?}", defect.name);
    }
}
