//! Advice that is SQL runs on a real PostgreSQL, leads to the same schema, and the finding is gone when it is followed.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeSet;

use formwork_migrations::RuleId;
use formwork_migrations::compat::ScratchServer;
use postgres::{Client, SimpleQueryMessage};
use support::{cases, check_case, check_files, file, is_whole};

/// Rules whose safe way is files of SQL; every other rule gives words.
const WITH_FILES: [RuleId; 17] = [
    RuleId::RequireConcurrentIndexCreation,
    RuleId::RequireConcurrentIndexDeletion,
    RuleId::RequireConcurrentReindex,
    RuleId::RequireConcurrentRefresh,
    RuleId::RequireConcurrentPartitionDetach,
    RuleId::ConcurrentIndexOnPartitionedTable,
    RuleId::RefusedByServer,
    RuleId::RefusedOnPartitionedTable,
    RuleId::AddingForeignKeyConstraint,
    RuleId::ConstraintMissingNotValid,
    RuleId::ConstraintValidatedInSameTransaction,
    RuleId::AddingNotNullableField,
    RuleId::DisallowedUniqueConstraint,
    RuleId::AddingPrimaryKeyConstraint,
    RuleId::AddingFieldWithDefault,
    RuleId::AddingSerialField,
    RuleId::AttachingPartition,
];

#[test]
fn advice_runs_and_leads_to_the_same_schema() {
    let server = ScratchServer::start().expect("PostgreSQL's initdb and pg_ctl are on the path");
    let mut admin = server.connect("postgres").unwrap();
    admin.batch_execute("CREATE DATABASE base").unwrap();
    server.connect("base").unwrap().batch_execute(&file("base.sql")).unwrap();
    let mut tried: BTreeSet<&str> = BTreeSet::new();
    let mut wrong = String::new();
    for case in &cases() {
        let checked_file = check_case(case);
        // Advice is about its statement, and each finding has its own: beside others, what one leads to is not what the
        // whole file does.
        let with_files = checked_file.findings.iter().filter(|checked| !checked.finding.files.is_empty());
        let parsed = formwork_migrations::parse(&case.sql);
        let effects: usize = parsed.statements.iter().map(|statement| statement.effects.len()).sum();
        let is_alone = effects == 1 && with_files.count() == 1;
        if !case.name.starts_with("advice-") && !is_alone {
            continue;
        }
        for checked in checked_file.findings.iter().filter(|checked| !checked.finding.files.is_empty()) {
            let finding = &checked.finding;
            tried.insert(finding.rule.as_str());
            let name = &case.name;
            admin.batch_execute("CREATE DATABASE followed TEMPLATE base").unwrap();
            let mut followed = server.connect("followed").unwrap();
            followed.batch_execute(&case.before).unwrap_or_else(|error| panic!("{name}: {error:?}"));
            // What PostgreSQL refuses has no schema to compare with.
            let mut transaction = followed.transaction().unwrap();
            let is_taken = transaction.batch_execute(&case.sql).is_ok();
            let expected = if is_taken { schema(&mut transaction) } else { Vec::new() };
            drop(transaction);
            for sql in &finding.files {
                if let Err(error) = run(&mut followed, sql) {
                    wrong.push_str(&format!("{name}: {sql}\n  {error}\n"));
                }
            }
            let found = schema(&mut followed);
            for line in expected.iter().filter(|line| is_taken && !found.contains(line)) {
                wrong.push_str(&format!("{name}: the advice does not lead to {line}\n"));
            }
            for line in found.iter().filter(|line| is_taken && !expected.contains(line)) {
                wrong.push_str(&format!("{name}: the advice leads to {line}\n"));
            }
            drop(followed);
            admin.batch_execute("DROP DATABASE followed").unwrap();
            // Each file is deployed before the next one.
            let mut deployed = vec![file("base.sql"), case.before.clone()];
            for sql in &finding.files {
                let before: Vec<&str> = deployed.iter().map(String::as_str).collect();
                let again = check_files(&before, &[sql]).remove(0);
                if again.findings.iter().any(|checked| checked.finding.rule == finding.rule) {
                    wrong.push_str(&format!("{name}: {} is found again in {sql}\n", finding.rule));
                }
                deployed.push(sql.clone());
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    let all: BTreeSet<&str> = WITH_FILES.iter().map(|rule| rule.as_str()).collect();
    assert!(
        tried == all || !is_whole(),
        "every rule that gives SQL has a case whose name begins with advice-"
    );
}

#[test]
fn other_rules_give_words() {
    for case in cases() {
        for checked in &check_case(&case).findings {
            let has_files = !checked.finding.files.is_empty();
            assert!(
                !has_files || WITH_FILES.contains(&checked.finding.rule),
                "{}: {}",
                case.name,
                checked.finding.rule
            );
        }
    }
}

/// Runs a file as golang-migrate does: as one message.
fn run(client: &mut Client, sql: &str) -> Result<(), String> {
    client.batch_execute(sql).map_err(|error| {
        error.as_db_error().map_or_else(|| error.to_string(), |error| error.message().to_owned())
    })
}

/// Everything that a schema is, in lines.
fn schema(client: &mut impl postgres::GenericClient) -> Vec<String> {
    let queries = [
        "SELECT 'column', a.attrelid::regclass, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, pg_get_expr(d.adbin, d.adrelid)
         FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
         WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm') AND c.relnamespace::regnamespace::text IN ('public', 'shop')",
        "SELECT 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid), convalidated, conislocal, coninhcount
         FROM pg_constraint WHERE conrelid <> 0 AND connamespace::regnamespace::text IN ('public', 'shop')",
        "SELECT 'index', pg_get_indexdef(indexrelid), indisvalid, indisready,
             (SELECT inhparent::regclass FROM pg_inherits WHERE inhrelid = indexrelid)
         FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relnamespace::regnamespace::text IN ('public', 'shop')",
        "SELECT 'partition', oid::regclass, pg_get_expr(relpartbound, oid) FROM pg_class WHERE relispartition AND relkind IN ('r', 'p')",
        "SELECT 'sequence', seqrelid::regclass, seqtypid::regtype, seqstart, seqincrement,
             (SELECT refobjid::regclass || '.' || refobjsubid FROM pg_depend WHERE objid = seqrelid AND deptype = 'a' AND classid = 'pg_class'::regclass) FROM pg_sequence",
    ];
    let mut lines = Vec::new();
    for query in queries {
        for message in client.simple_query(query).unwrap() {
            if let SimpleQueryMessage::Row(row) = message {
                let values: Vec<&str> =
                    (0..row.len()).map(|index| row.get(index).unwrap_or("null")).collect();
                lines.push(values.join(" | "));
            }
        }
    }
    lines.sort();
    lines
}

#[test]
fn a_quick_fix_takes_the_finding_away() {
    let mut tried = 0;
    for case in &cases() {
        for checked in check_case(case).findings {
            let Some(fix) = &checked.finding.quick_fix else { continue };
            tried += 1;
            let mut sql = case.sql.clone();
            sql.replace_range(fix.span.start..fix.span.end, &fix.text);
            let again = check_files(&[&file("base.sql"), &case.before], &[&sql]);
            let (rule, name) = (checked.finding.rule, &case.name);
            for it in again.iter().flat_map(|file| &file.findings) {
                let is_same = it.finding.rule == rule && it.finding.message == checked.finding.message;
                assert!(!is_same, "{name}: {rule} is found again in {sql}");
                assert!(it.finding.rule != RuleId::SyntaxError, "{name}: {sql}");
            }
        }
    }
    assert!(tried >= 50 || !is_whole(), "{tried}");
}
