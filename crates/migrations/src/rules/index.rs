//! Indexes: building, dropping and rebuilding them.

use crate::finding::{Class, RuleId, Subject};
use crate::identifier::{cut, in_schema, quoted};
use crate::name::Name;
use crate::position::Span;
use crate::rules::linter::{Fix, Linter, Violation, contract_because, unsafe_because};
use crate::statement::{Action, Effect, IndexOptions, ObjectKind};

/// Checks what a statement does to indexes.
pub(super) fn check(linter: &mut Linter<'_>, effect: &Effect) {
    match &effect.action {
        Action::CreateIndex { name, table, columns, definition, options, .. } => {
            let index = NewIndex { name: name.as_ref(), table, columns, definition, options: *options };
            create(linter, effect.span, &index);
        }
        Action::DropIndex { names, concurrently, .. } => {
            for name in names {
                drop(linter, effect.span, name, *concurrently);
            }
        }
        Action::Reindex { target, name, concurrently } => {
            reindex(linter, effect.span, *target, name.as_ref(), *concurrently);
        }
        _ => {}
    }
}

/// An index that is built.
struct NewIndex<'a> {
    name: Option<&'a Name>,
    table: &'a Name,
    columns: &'a [String],
    definition: &'a str,
    options: IndexOptions,
}

impl NewIndex<'_> {
    const fn unique(&self) -> &'static str {
        if self.options.unique { "UNIQUE " } else { "" }
    }

    /// The statement that builds it while others write.
    fn concurrently(&self, name: Option<&str>, table: &Name) -> String {
        let name = name.map(|name| format!("{} ", quoted(name))).unwrap_or_default();
        format!("CREATE {}INDEX CONCURRENTLY {name}ON {} {};", self.unique(), table.as_sql(), self.definition)
    }

    /// For a partitioned table: the index without its parts, each part, and the parts attached to it.
    fn in_parts(&self, linter: &Linter<'_>, shown: &str) -> Fix {
        let (table, definition) = (self.table, self.definition);
        let whole = format!(
            "CREATE {}INDEX {} ON ONLY {} {definition};",
            self.unique(),
            quoted(shown),
            table.as_sql()
        );
        let mut files = vec![whole];
        let partitions = linter.schema.partitions(table);
        if partitions.is_empty() {
            let text = format!(
                "{}\n-- then the same CONCURRENTLY on each partition, in files of their own, and ALTER INDEX … ATTACH PARTITION",
                files[0]
            );
            return Fix::from(text);
        }
        for (partition, _) in partitions {
            let part = cut(&format!("{}_{}_idx", partition.name, self.columns.join("_")));
            files.push(self.concurrently(Some(&part), partition));
            let attach = in_schema(partition, &quoted(&part));
            files
                .push(format!("ALTER INDEX {} ATTACH PARTITION {attach};", in_schema(table, &quoted(shown))));
        }
        Fix::files(files)
    }
}

fn create(linter: &mut Linter<'_>, span: Span, index: &NewIndex<'_>) {
    let NewIndex { name, table, columns, options, .. } = index;
    let is_there = options.if_not_exists
        && name.is_some_and(|name| linter.schema.indexes.contains_key(&table.renamed(&name.name)));
    if !linter.schema.is_live(table) || options.only || is_there {
        return;
    }
    let shown =
        name.map_or_else(|| format!("{}_{}_idx", table.name, columns.join("_")), |name| name.name.clone());
    let subject = || Subject::object(ObjectKind::Index, &table.renamed(&shown));
    let is_partitioned = linter.schema.is_partitioned(table);
    if options.concurrently && is_partitioned {
        let fix = index.in_parts(linter, &shown);
        linter.report(
            span,
            subject(),
            format!("builds an index on the partitioned table `{table}` CONCURRENTLY"),
            unsafe_because(
                RuleId::ConcurrentIndexOnPartitionedTable,
                "PostgreSQL refuses it: the migration fails and leaves the dirty flag",
                fix,
            ),
        );
    }
    if !options.concurrently {
        let fix = if is_partitioned {
            index.in_parts(linter, &shown)
        } else {
            Fix::files(vec![index.concurrently(name.map(|name| name.name.as_str()), table)])
        };
        linter.report(
            span, subject(),
            format!("builds an index on `{table}`"),
            unsafe_because(
                RuleId::RequireConcurrentIndexCreation,
                "the SHARE lock makes every INSERT, UPDATE and DELETE of the table wait until the index is built",
                fix,
            ),
        );
    }
    let is_new =
        !columns.is_empty() && columns.iter().any(|column| !linter.schema.is_live_column(table, column));
    if options.unique && !is_new {
        linter.report(
            span,
            subject(),
            format!("rows of `{table}` must be unique from now on"),
            contract_because(
                RuleId::NarrowingConstraint,
                "a running release that writes a second row with the same values fails from this moment on",
                "make sure that no release that runs writes duplicates, and have that approved",
            ),
        );
    }
}

fn drop(linter: &mut Linter<'_>, span: Span, name: &Name, concurrently: bool) {
    let index = linter.schema.indexes.get(name).cloned();
    if let Some(index) = &index
        && !linter.schema.is_live(&index.table)
    {
        return;
    }
    if !linter.schema.is_live_object(ObjectKind::Index, name) && !concurrently {
        return;
    }
    let is_partitioned = index.as_ref().is_some_and(|index| linter.schema.is_partitioned(&index.table));
    let shown = name.as_sql();
    if concurrently && is_partitioned {
        linter.report(
            span,
            Subject::object(ObjectKind::Index, name),
            format!("drops the partitioned index `{name}` CONCURRENTLY"),
            Violation {
                rule: RuleId::RefusedOnPartitionedTable,
                class: Class::Invalid,
                why: "PostgreSQL 15 to 18 refuse it: the migration fails and leaves the dirty flag",
                fix: Fix::files(vec![format!("SET lock_timeout = '2s';\nDROP INDEX {shown};")]),
            },
        );
    }
    // There is no other way for a partitioned index than a short wait.
    if !concurrently && is_partitioned && !linter.timeouts.limit_waiting() {
        linter.report(
            span, Subject::object(ObjectKind::Index, name),
            format!("drops the partitioned index `{name}`"),
            unsafe_because(
                RuleId::RequireConcurrentIndexDeletion,
                "ACCESS EXCLUSIVE on the table and its partitions waits for every query that runs, and every later query waits behind it",
                Fix::files(vec![format!("SET lock_timeout = '2s';\nDROP INDEX {shown};")]),
            ),
        );
    }
    if !concurrently && !is_partitioned {
        linter.report(
            span, Subject::object(ObjectKind::Index, name),
            format!("drops the index `{name}`"),
            unsafe_because(
                RuleId::RequireConcurrentIndexDeletion,
                "ACCESS EXCLUSIVE on the table waits for every query that runs, and every later query waits behind it",
                Fix::files(vec![format!("DROP INDEX CONCURRENTLY {shown};")]),
            ),
        );
    }
    if index.is_some_and(|index| index.unique) {
        linter.report(
            span,
            Subject::object(ObjectKind::Index, name),
            format!("drops the unique index `{name}`"),
            contract_because(
                RuleId::BanDropIndex,
                "`INSERT … ON CONFLICT` of a running release fails without it, and duplicates can be written",
                "release code that does not rely on it first",
            ),
        );
    }
}

fn reindex(linter: &mut Linter<'_>, span: Span, target: ObjectKind, name: Option<&Name>, concurrently: bool) {
    if concurrently {
        return;
    }
    let table = match (target, name) {
        (ObjectKind::Table, Some(name)) => Some(name.clone()),
        (ObjectKind::Index, Some(name)) => linter.schema.indexes.get(name).map(|index| index.table.clone()),
        _ => None,
    };
    if table.is_some_and(|table| !linter.schema.is_live(&table)) {
        return;
    }
    let word = target.word();
    let shown = name.map(Name::to_string).unwrap_or_default();
    let quoted = name.map(Name::as_sql).unwrap_or_default();
    linter.report(
        span,
        name.map_or(Subject::File, |name| Subject::object(target, name)),
        format!("rebuilds indexes of the {word} `{shown}` in place"),
        unsafe_because(
            RuleId::RequireConcurrentReindex,
            "writes of the table wait until the index is rebuilt, and reads that would use it as well",
            Fix::files(vec![format!("REINDEX {} CONCURRENTLY {quoted};", word.to_uppercase())]),
        ),
    );
}
