//! The steps of each change: migrations, and what people do between them.

use crate::identifier::{cut, in_schema, quoted};
use crate::name::Name;
use crate::new_migration::change::{Change, Uniqueness};

/// A step of a change: two files, or something that people do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A migration.
    Migration {
        /// A word that is added to the file's name.
        suffix: &'static str,
        /// The way up.
        up: String,
        /// The way back.
        down: String,
    },
    /// Something to do between two migrations.
    Manual(String),
}

impl Change {
    /// All steps, in order.
    #[must_use]
    pub fn steps(&self) -> Vec<Step> {
        match self {
            Self::Column { table, column, data_type, default } => {
                let table = table.as_sql();
                let column = quoted(column);
                let default = match default {
                    Some(default) => format!(" NOT NULL DEFAULT {default}"),
                    None => String::new(),
                };
                vec![
                    migration(
                        "",
                        format!("{TIMEOUT}ALTER TABLE {table} ADD COLUMN {column} {data_type}{default};\n"),
                        format!("{TIMEOUT}ALTER TABLE {table} DROP COLUMN {column};\n"),
                    ),
                    manual("release code that uses the column"),
                ]
            }
            Self::ColumnNotNull { table, column, data_type } => column_not_null(table, column, data_type),
            Self::RenameColumn { table, column, to, data_type } => column_copy(table, column, to, data_type, &quoted(column)),
            Self::ChangeType { table, column, to, data_type } => {
                column_copy(table, column, to, data_type, &format!("{}::{data_type}", quoted(column)))
            }
            Self::Index { table, columns, uniqueness } => {
                let (shown, columns) = (table.as_sql(), quoted_items(columns));
                let words = columns.replace([',', ' ', '"', '(', ')'], "_");
                let name = quoted(&cut(&format!("{}_{words}_idx", table.name)));
                let unique = if *uniqueness == Uniqueness::Unique { "UNIQUE " } else { "" };
                vec![
                    migration(
                        "",
                        format!("CREATE {unique}INDEX CONCURRENTLY {name} ON {shown} ({columns});\n"),
                        format!("DROP INDEX CONCURRENTLY IF EXISTS {};\n", in_schema(table, &name)),
                    ),
                    manual(
                        "see that the index is valid: SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid",
                    ),
                ]
            }
            Self::ForeignKey { table, column, references } => foreign_key(table, column, references),
            Self::EnumValue { data_type, value } => vec![
                migration(
                    "",
                    format!(
                        "ALTER TYPE {} ADD VALUE IF NOT EXISTS '{}';\n",
                        data_type.as_sql(),
                        value.replace('\'', "''")
                    ),
                    "-- PostgreSQL cannot remove a value of an enum. It stays, unused, and is added only once.\nSELECT 1;\n"
                        .to_owned(),
                ),
                manual("release code that can read the value"),
                manual("release code that writes it"),
            ],
        }
    }
}

/// Items with commas between them: names are put in quotes where they must be, all else stays as it is.
fn quoted_items(items: &str) -> String {
    if items.contains(['(', '"', '\'']) {
        return items.to_owned();
    }
    let item = |item: &str| {
        let (name, order) =
            item.trim().split_once(' ').map_or((item.trim(), ""), |(name, order)| (name, order.trim()));
        format!("{} {order}", quoted(name)).trim_end().to_owned()
    };
    items.split(',').map(item).collect::<Vec<_>>().join(", ")
}

/// `table (column)`, with quotes where there must be some.
fn quoted_reference(references: &str) -> String {
    if references.contains('"') {
        return references.to_owned();
    }
    let table = |table: &str| Name::parse(table.trim()).as_sql();
    match references.split_once('(').and_then(|(name, rest)| Some((name, rest.split_once(')')?))) {
        Some((name, (columns, rest))) => format!("{} ({}){rest}", table(name), quoted_items(columns)),
        None => references.to_owned(),
    }
}

/// Without a limit, a migration that waits for a lock makes every later query of the table wait behind it.
const TIMEOUT: &str = "SET lock_timeout = '2s';\n";

fn migration(suffix: &'static str, up: String, down: String) -> Step {
    Step::Migration { suffix, up, down }
}

fn manual(text: impl Into<String>) -> Step {
    Step::Manual(text.into())
}

fn batches(table: &str, set: &str, missing: &str) -> Step {
    manual(format!(
        "fill the old rows in batches, outside of migrations, until no row is changed:\n  UPDATE {table} SET {set} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} WHERE {missing} LIMIT 5000));"
    ))
}

fn column_not_null(table: &Name, column: &str, data_type: &str) -> Vec<Step> {
    let check = quoted(&cut(&format!("{}_{column}_not_null", table.name)));
    let (table, column) = (table.as_sql(), quoted(column));
    vec![
        migration(
            "add",
            format!("{TIMEOUT}ALTER TABLE {table} ADD COLUMN {column} {data_type};\n"),
            format!("{TIMEOUT}ALTER TABLE {table} DROP COLUMN {column};\n"),
        ),
        manual("release code that always writes the column, and retire every release that does not"),
        batches(&table, &format!("{column} = …"), &format!("{column} IS NULL")),
        migration(
            "check",
            format!(
                "{TIMEOUT}ALTER TABLE {table} ADD CONSTRAINT {check} CHECK ({column} IS NOT NULL) NOT VALID;\n"
            ),
            format!("{TIMEOUT}ALTER TABLE {table} DROP CONSTRAINT {check};\n"),
        ),
        migration(
            "validate",
            format!("ALTER TABLE {table} VALIDATE CONSTRAINT {check};\n"),
            "SELECT 1;\n".to_owned(),
        ),
        migration(
            "not_null",
            format!(
                "-- The validated check proves it: no row is read.\n{TIMEOUT}ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL;\nALTER TABLE {table} DROP CONSTRAINT {check};\n"
            ),
            format!(
                "{TIMEOUT}ALTER TABLE {table} ADD CONSTRAINT {check} CHECK ({column} IS NOT NULL) NOT VALID;\nALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL;\n"
            ),
        ),
    ]
}

/// A second column that a trigger keeps in step with the first, for a new name or a new type.
fn column_copy(table: &Name, column: &str, to: &str, data_type: &str, value: &str) -> Vec<Step> {
    let function = cut(&format!("{}_{column}_to_{to}", table.name));
    let function_name = in_schema(table, &quoted(&function));
    let trigger = quoted(&function);
    let (table, old, new) = (table.as_sql(), quoted(column), quoted(to));
    // Another type may refuse what the old release writes: the new column is then null, and nothing fails.
    let is_copy = value == old;
    let follow = if is_copy {
        format!("NEW.{new} := NEW.{old};")
    } else {
        let cast = value.strip_prefix(&old).unwrap_or_default();
        format!("BEGIN NEW.{new} := NEW.{old}{cast}; EXCEPTION WHEN OTHERS THEN NEW.{new} := NULL; END;")
    };
    let keep = format!(
        "CREATE FUNCTION {function_name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Whichever column a release writes, the other one follows. The new one has no default: a value in it was written.
    IF TG_OP = 'INSERT' THEN
        IF NEW.{new} IS NOT NULL THEN
            NEW.{old} := NEW.{new};
        ELSE
            {follow}
        END IF;
    ELSIF NEW.{new} IS DISTINCT FROM OLD.{new} THEN
        NEW.{old} := NEW.{new};
    ELSIF NEW.{old} IS DISTINCT FROM OLD.{old} OR NEW.{new} IS NULL THEN
        {follow}
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER {trigger} BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {function_name}();
"
    );
    let remove = format!("DROP TRIGGER {trigger} ON {table};\nDROP FUNCTION {function_name}();\n");
    vec![
        migration(
            "expand",
            format!("{TIMEOUT}ALTER TABLE {table} ADD COLUMN {new} {data_type};\n{keep}"),
            format!("{TIMEOUT}{remove}ALTER TABLE {table} DROP COLUMN {new};\n"),
        ),
        if is_copy {
            batches(&table, &format!("{new} = {value}"), &format!("{new} IS NULL AND {old} IS NOT NULL"))
        } else {
            // A cast would end at the first row that it refuses; the trigger leaves such a row null.
            manual(format!(
                "fill the old rows in batches by their key, outside of migrations, each row once; the trigger converts what can be converted:\n  UPDATE {table} SET {old} = {old} WHERE {new} IS NULL AND {old} IS NOT NULL AND … BETWEEN … AND …;"
            ))
        },
        manual(format!(
            "give {new} what {old} has and the migration does not copy: its indexes and unique indexes (`--kind index`, `--kind unique-index`), its foreign keys (`--kind foreign-key`) and checks, NOT NULL through a validated check; its default goes over in the file of the last step"
        )),
        manual(if is_copy {
            format!("see that no row differs: SELECT count(*) FROM {table} WHERE {new} IS DISTINCT FROM {old}")
        } else {
            format!("look at what could not be converted, where {new} is null: SELECT {old} FROM {table} WHERE {new} IS NULL AND {old} IS NOT NULL; the old release may still write such values")
        }),
        manual(format!("release code that reads and writes {new} alone, and retire every release that names {old}")),
        manual("wait for 24 to 48 hours, and have the next migration approved: it is a CONTRACT"),
        migration(
            "contract",
            format!("{TIMEOUT}{remove}ALTER TABLE {table} DROP COLUMN {old};\n"),
            "-- The old column's values are gone. Restore them from a backup if they are needed.\nSELECT 1;\n".to_owned(),
        ),
    ]
}

fn foreign_key(table: &Name, column: &str, references: &str) -> Vec<Step> {
    let name = quoted(&cut(&format!("{}_{column}_fkey", table.name)));
    let references = quoted_reference(references);
    let (table, column) = (table.as_sql(), quoted(column));
    vec![
        migration(
            "not_valid",
            format!(
                "{TIMEOUT}ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({column}) REFERENCES {references} NOT VALID;\n"
            ),
            format!("{TIMEOUT}ALTER TABLE {table} DROP CONSTRAINT {name};\n"),
        ),
        manual("repair rows that refer to nothing"),
        migration(
            "validate",
            format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name};\n"),
            "SELECT 1;\n".to_owned(),
        ),
    ]
}
