//! The layouts of repositories: whether the crate is a member of the workspace around it, and which crate is used.

use xtask::team::UpdateArgs;

use crate::repository::{DOCUMENT, Team, package};

/// Inserts the entries, and checks the members and the `chift-api` that cargo sees in `folder`.
fn check(team: &Team, folder: &str, members: &[&str], crate_: &str) {
    team.insert();
    let (found, used) = team.metadata(folder);
    assert_eq!(found, members);
    assert_eq!(used, [format!("{crate_}/Cargo.toml")]);
    let is_member = members.contains(&format!("{crate_}/Cargo.toml").as_str());
    assert_eq!(team.read(&format!("{crate_}/Cargo.toml")).contains("[workspace]"), !is_member);
    // Commands in the folder of the crate work too.
    team.metadata(crate_);
    let before = team.files();
    let (_, output) = team.regen(true).unwrap();
    assert!(output.contains("is up to date"), "{output}");
    assert!(team.insert().contains("nothing to write"));
    assert_eq!(team.files(), before);
}

#[test]
fn in_a_single_package_the_crate_stands_alone() {
    check(&Team::single(""), "", &["Cargo.toml"], "chift-api");
}

#[test]
fn the_crate_can_be_in_a_folder_that_does_not_exist_yet() {
    let team = Team::single("");
    let out = "libs/generated/chift-api".into();
    team.run(&UpdateArgs { insert: true, out, ..team.args(DOCUMENT) }).unwrap();
    assert_eq!(team.metadata("").1, ["libs/generated/chift-api/Cargo.toml"]);
}

#[test]
fn in_a_virtual_workspace_that_does_not_list_it_the_crate_stands_alone() {
    let workspace = "[workspace]\nresolver = \"3\"\nmembers = [\"app\"]\n";
    let team = Team::new(&[("Cargo.toml", workspace), ("app/Cargo.toml", &package("app", ""))]);
    check(&team, "", &["app/Cargo.toml"], "chift-api");
    assert!(team.read("app/Cargo.toml").contains("chift-auth = { git"));
    assert!(team.read("Cargo.toml").contains("chift-api = { path = \"chift-api\" }"));
}

#[test]
fn under_a_glob_of_members_the_crate_is_a_member() {
    let workspace = "[workspace]\nresolver = \"3\"\nmembers = [\"*\"]\n";
    let team = Team::new(&[("Cargo.toml", workspace), ("app/Cargo.toml", &package("app", ""))]);
    check(&team, "", &["app/Cargo.toml", "chift-api/Cargo.toml"], "chift-api");
}

#[test]
fn in_a_package_in_a_subfolder_the_manifest_of_the_workspace_gets_the_patch() {
    let workspace = "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n";
    let files = [("crates/app/Cargo.toml", package("app", "")), ("crates/other/Cargo.toml", package("other", ""))];
    let [app, other] = &files;
    let team = Team::new(&[("Cargo.toml", workspace), (app.0, &app.1), (other.0, &other.1)]).inside("crates/app");
    check(&team, "", &["crates/app/Cargo.toml", "crates/other/Cargo.toml"], "crates/app/chift-api");
    assert!(team.read("Cargo.toml").contains("chift-api = { path = \"crates/app/chift-api\" }"));
    assert!(!team.read("crates/other/Cargo.toml").contains("chift-auth"));
}

#[test]
fn an_excluded_crate_stands_alone() {
    let workspace = "[workspace]\nresolver = \"3\"\nmembers = [\"*\"]\nexclude = [\"chift-api\"]\n";
    let team = Team::new(&[("Cargo.toml", workspace), ("app/Cargo.toml", &package("app", ""))]);
    check(&team, "", &["app/Cargo.toml"], "chift-api");
}

#[test]
fn a_crate_that_a_member_depends_on_by_its_path_is_a_member() {
    let app = package("app", "[dependencies]\nchift-api = { path = \"chift-api\" }\n[workspace]\n");
    let team = Team::new(&[("Cargo.toml", &app)]);
    // The entry names a crate that does not exist before the first update.
    team.run(&team.args(DOCUMENT)).unwrap();
    check(&team, "", &["Cargo.toml", "chift-api/Cargo.toml"], "chift-api");
}

#[test]
fn a_crate_that_becomes_a_member_is_stale_until_it_is_regenerated() {
    let team = Team::new(&[
        ("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"app\"]\n"),
        ("app/Cargo.toml", &package("app", "")),
    ]);
    team.insert();
    let manifest = team.read("Cargo.toml").replace("[\"app\"]", "[\"*\"]");
    team.write("Cargo.toml", &manifest);
    let (status, output) = team.regen(true).unwrap();
    assert_eq!(status, xtask::regen::Status::Stale);
    assert!(output.contains("-[workspace]"), "{output}");
    team.regen(false).unwrap();
    team.regen(true).unwrap();
    assert_eq!(team.metadata("").0, ["app/Cargo.toml", "chift-api/Cargo.toml"]);
}
