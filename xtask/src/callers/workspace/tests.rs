//! Repositories of teams in temporary folders.

use tempfile::TempDir;

use super::*;

fn package(more: &str) -> String {
    format!("[package]\nname = \"a\"\nversion = \"1.0.0\"\nedition = \"2024\"\n{more}")
}

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn init(folder: &Path) {
    assert!(git(folder, &["init", "--quiet"]).is_some());
}

/// The workspace of the package in `dir` below a folder, and the names of its files.
fn find(folder: &TempDir, dir: &str) -> Result<(Workspace, Vec<String>), String> {
    let found = Workspace::find(&folder.path().join(dir), &[&folder.path().join("scratch")]);
    let found = found.map_err(|error| format!("{error:#}"))?;
    let names = found.files.iter().map(|path| path.to_str().unwrap().to_owned()).collect();
    Ok((found, names))
}

#[test]
fn a_folder_without_a_package_is_refused_with_its_name() {
    let folder = folder(&[("notes.txt", ""), ("broken/Cargo.toml", "[")]);
    let none = find(&folder, "").unwrap_err();
    assert!(none.contains("there is no Cargo.toml in") && none.contains("name the folder"), "{none}");
    let missing = find(&folder, "nowhere").unwrap_err();
    assert!(missing.contains("nowhere is not a folder"), "{missing}");
    let broken = find(&folder, "broken").unwrap_err();
    assert!(broken.contains("`cargo metadata` fails") && broken.contains("Cargo.toml"), "{broken}");
}

#[test]
fn the_files_that_git_lists_are_copied_with_the_lock_file_and_ignored_packages() {
    let manifest =
        package("[dependencies]\nchift-api = { path = '../chift-api' }\nb = { path = '../b' }\n[workspace]\n");
    let folder = folder(&[
        (".gitignore", "/chift-api/\n*.log\nCargo.lock\n/out/\n"),
        ("app/Cargo.toml", &manifest),
        ("app/Cargo.lock", "version = 4\n"),
        ("app/src/lib.rs", ""),
        ("app/run.log", ""),
        ("b/Cargo.toml", &package("")),
        ("b/src/lib.rs", ""),
        ("chift-api/Cargo.toml", &package("[workspace]\n")),
        ("chift-api/src/lib.rs", ""),
        ("chift-api/target/CACHEDIR.TAG", ""),
        ("chift-api/target/x", ""),
        ("out/x", ""),
        ("scratch/copy", ""),
    ]);
    init(folder.path());
    let (found, names) = find(&folder, "app/src").unwrap();
    assert_eq!(found.root, Path::new("app"));
    let expected = [
        ".gitignore",
        "app/Cargo.lock",
        "app/Cargo.toml",
        "app/src/lib.rs",
        "b/Cargo.toml",
        "b/src/lib.rs",
        "chift-api/Cargo.toml",
        "chift-api/src/lib.rs",
    ];
    assert_eq!(names, expected);
}

#[test]
fn without_git_the_folder_of_the_workspace_is_copied_without_caches() {
    let files: [(&str, &str); 6] = [
        ("Cargo.toml", &package("[workspace]\n")),
        ("src/lib.rs", ""),
        ("src/target/mod.rs", ""),
        ("target/CACHEDIR.TAG", ""),
        ("target/debug/x", ""),
        ("scratch/copy", ""),
    ];
    let all = ["Cargo.toml", "src/lib.rs", "src/target/mod.rs"];
    let plain = folder(&files);
    assert_eq!(find(&plain, "").unwrap().1, all);
    // The repository around it does not have the workspace.
    let ignored =
        folder(&files.map(|(name, text)| (format!("inner/{name}"), text)).each_ref().map(|it| (&*it.0, it.1)));
    fs::write(ignored.path().join(".gitignore"), "inner/\n").unwrap();
    init(ignored.path());
    let found = Workspace::find(&ignored.path().join("inner"), &[&ignored.path().join("inner/scratch")]).unwrap();
    assert_eq!(found.files.iter().map(|path| path.to_str().unwrap()).collect::<Vec<_>>(), all);
}

#[test]
fn a_deleted_file_that_git_still_lists_is_not_copied() {
    let folder = folder(&[("Cargo.toml", &package("[workspace]\n")), ("src/lib.rs", ""), ("src/old.rs", "")]);
    init(folder.path());
    assert!(git(folder.path(), &["add", "."]).is_some());
    fs::remove_file(folder.path().join("src/old.rs")).unwrap();
    assert_eq!(find(&folder, "").unwrap().1, ["Cargo.toml", "src/lib.rs"]);
}

#[test]
fn a_package_outside_of_what_is_copied_is_refused_with_its_path() {
    let manifest = package("[dependencies]\nb = { path = '../b' }\n[workspace]\n");
    let folder = folder(&[
        ("app/Cargo.toml", &manifest),
        ("app/src/lib.rs", ""),
        ("b/Cargo.toml", &package("").replace("\"a\"", "\"b\"")),
        ("b/src/lib.rs", ""),
    ]);
    let error = find(&folder, "app").unwrap_err();
    assert!(error.contains("app/Cargo.toml depends on the package in ../b, which is outside of"), "{error}");
    init(folder.path());
    assert_eq!(find(&folder, "app").unwrap().1.len(), 4);
}
