//! Every migration of the corpus gets its class and its findings at their lines.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use support::{cases, check_case, found};

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
