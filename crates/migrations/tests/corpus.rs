//! Every migration of the corpus gets its class and its findings at their lines.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use support::{cases, check_case, check_files, found, found_with_timeouts, is_whole};

#[test]
fn every_migration_is_judged_as_expected() {
    let cases = cases();
    assert!(cases.len() >= 700 || !is_whole(), "{} cases", cases.len());
    let mut wrong = String::new();
    for case in &cases {
        let file = check_case(case);
        let class = file.class.to_string();
        let found = if case.is_about_timeouts() { found_with_timeouts(&file) } else { found(&file) };
        if class != case.class || found != case.findings {
            wrong.push_str(&format!(
                "{}: {class} {found:?}, not {} {:?}\n",
                case.name, case.class, case.findings
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_chain_of_functions_is_judged_once_for_each() {
    let function = |name: &str, number: usize, body: &str| {
        format!("CREATE FUNCTION {name}{number}() RETURNS void LANGUAGE plpgsql AS $$ BEGIN {body} END $$;")
    };
    let twice = |name: &str, number: usize| format!("PERFORM {name}{number}(); PERFORM {name}{number}();");
    let makes = "CREATE TABLE IF NOT EXISTS new_table (id int); DROP TABLE t; CREATE TABLE t (id int); PERFORM unheard_of();";
    // Each run leaves another schema.
    let swaps = "ALTER TABLE a RENAME TO c; ALTER TABLE b RENAME TO a; ALTER TABLE c RENAME TO b;";
    let mut deployed = vec![function("makes", 0, makes), function("swaps", 0, swaps)];
    for number in 1..50 {
        deployed.push(function("makes", number, &twice("makes", number - 1)));
        deployed.push(function("swaps", number, &twice("swaps", number - 1)));
    }
    let all: String = (0..8).map(|number| format!("PERFORM each_other{number}(); ")).collect();
    deployed.extend((0..8).map(|number| function("each_other", number, &all)));
    let deployed: Vec<&str> = deployed.iter().map(String::as_str).collect();
    let files = check_files(&deployed, &["SELECT makes49();", "SELECT swaps49();", "SELECT each_other0();"]);
    assert_eq!(found(&files[0]), ["ban-drop-table:1", "unknown-function:1"]);
    assert_eq!(found(&files[1]), ["renaming-table:1"; 3]);
    // What is too much to be followed is not understood.
    assert_eq!(found(&files[2]), ["unknown-function:1"; 5]);
}
