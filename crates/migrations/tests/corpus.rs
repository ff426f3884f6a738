//! Every migration of the corpus gets its class and its findings at their lines.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use support::{cases, check_case, check_files, found};

#[test]
fn every_migration_is_judged_as_expected() {
    let cases = cases();
    assert!(cases.len() >= 200, "{} cases", cases.len());
    let mut wrong = String::new();
    for case in &cases {
        let file = check_case(case);
        let (class, found) = (file.class.to_string(), found(&file));
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
    let mut deployed = vec!["CREATE FUNCTION f0() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CREATE TABLE IF NOT EXISTS new_table (id int); DROP TABLE t; CREATE TABLE t (id int); PERFORM unheard_of(); END $$;".to_owned()];
    for number in 1..60 {
        let called = number - 1;
        deployed.push(format!("CREATE FUNCTION f{number}() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM f{called}(); PERFORM f{called}(); END $$;"));
    }
    // Names that are swapped, and functions that all call each other.
    for number in 0..12 {
        let calls: String = (0..12).map(|called| format!("PERFORM g{called}(); ")).collect();
        deployed.push(format!("CREATE FUNCTION g{number}() RETURNS void LANGUAGE plpgsql AS $$ BEGIN {calls} ALTER TABLE a RENAME TO c; ALTER TABLE b RENAME TO a; ALTER TABLE c RENAME TO b; END $$;"));
    }
    let deployed: Vec<&str> = deployed.iter().map(String::as_str).collect();
    let files = check_files(&deployed, &["SELECT f59();", "SELECT g0();"]);
    assert_eq!(found(&files[0]), ["ban-drop-table:1", "unknown-function:1"]);
    assert!(!found(&files[1]).is_empty());
}
