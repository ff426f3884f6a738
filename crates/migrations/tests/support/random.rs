//! Migrations that nobody wrote: one to three statements on the corpus's schema, the same for the same seed.

/// Numbers that look random and are the same in every run (Knuth's MMIX generator).
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % limit.max(1)
    }

    fn choose<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    fn is_once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}

/// A column, its type, a value that it takes, and types that its values can become.
struct Column(&'static str, &'static str, &'static [&'static str]);

struct Table {
    name: &'static str,
    /// A condition that gives few rows by their key: others than the queries of the old release ask for.
    one: &'static str,
    columns: &'static [Column],
    indexes: &'static [&'static str],
}

const TABLES: [Table; 5] = [
    Table {
        name: "users",
        one: "id = 13",
        columns: &[
            Column("email", "'x' || id", &["text", "varchar(60)", "varchar(40)"]),
            Column("name", "'x'", &["varchar(200)", "text"]),
            Column("age", "30", &["bigint", "integer", "numeric"]),
            Column("score", "1.5", &["numeric(12, 2)", "numeric(10, 4)", "numeric"]),
            Column("seen_at", "now()", &["timestamptz", "timestamptz(2)"]),
            Column("ip", "'10.0.0.0/8'", &["inet"]),
            Column("code", "'abcd'", &["char(6)", "text"]),
        ],
        indexes: &[],
    },
    Table {
        name: "orders",
        one: "id IN (11, 12)",
        columns: &[
            Column("user_id", "1", &["integer", "numeric"]),
            Column("total", "5", &["numeric(12, 2)", "numeric"]),
            Column("note", "'n' || id", &["varchar(300)", "text"]),
            Column("placed_at", "now()", &["timestamptz", "timestamp(6)"]),
        ],
        indexes: &["orders_user_idx", "orders_note_unique"],
    },
    Table {
        name: "shop.items",
        one: "id = 7",
        columns: &[
            Column("sku", "'s' || id", &["varchar(50)", "text"]),
            Column("price", "2", &["bigint", "integer"]),
        ],
        indexes: &[],
    },
    Table {
        name: "tenants",
        one: "id BETWEEN 6 AND 9",
        columns: &[
            Column("organization", "'o'", &["text", "varchar(20)"]),
            Column("city", "'c' || id", &["varchar(80)", "text", "varchar(10)"]),
        ],
        indexes: &[],
    },
    Table {
        name: "events",
        one: "id = 1 AND at = '2025-03-01'",
        columns: &[Column("id", "7", &["numeric"]), Column("payload", "'{}'", &["jsonb", "json"])],
        indexes: &[],
    },
];

const NEW_TYPES: [(&str, &[&str]); 7] = [
    ("integer", &["0", "7 + 1", "(random() * 9)::integer"]),
    ("text", &["'a'", "NULL", "md5(random()::text)", "lower('A')"]),
    ("timestamptz", &["now()", "clock_timestamp()", "'2025-01-01'"]),
    ("uuid", &["gen_random_uuid()", "'00000000-0000-0000-0000-000000000000'"]),
    ("positive_int", &["1"]),
    ("boolean", &["true", "false"]),
    ("varchar(9)[]", &["'{}'"]),
];

/// Writes a migration.
pub(crate) fn migration(numbers: &mut Numbers) -> String {
    let table = numbers.choose(&TABLES);
    let mut made = Made::default();
    let count = 1 + numbers.below(3);
    let mut sql = String::new();
    for number in 0..count {
        // Most migrations are about one table.
        let table = if numbers.is_once_in(4) { numbers.choose(&TABLES) } else { table };
        sql.push_str(&statement(numbers, table, number, &mut made));
        sql.push_str(";\n");
    }
    sql
}

/// What the statements before made.
#[derive(Default)]
struct Made {
    /// A column that is new, with its table.
    column: Option<(&'static str, String)>,
    /// A constraint that is not validated, with its table.
    constraint: Option<(&'static str, String)>,
    table: bool,
}

fn statement(numbers: &mut Numbers, table: &'static Table, number: usize, made: &mut Made) -> String {
    let name = table.name;
    let Column(column, value, types) = numbers.choose(table.columns);
    match numbers.below(24) {
        0..=3 => {
            let (data_type, defaults) = numbers.choose(&NEW_TYPES);
            let new = format!("new_{number}");
            let mut sql = format!("ALTER TABLE {name} ADD COLUMN {new} {data_type}");
            if !numbers.is_once_in(3) {
                sql.push_str(&format!(" DEFAULT {}", numbers.choose(defaults)));
            }
            if numbers.is_once_in(4) {
                sql.push_str(" NOT NULL");
            }
            if numbers.is_once_in(6) {
                sql.push_str(" CHECK (true)");
            }
            made.column = Some((name, new));
            sql
        }
        4 => match &made.column {
            Some((name, new)) => format!("ALTER TABLE {name} ALTER COLUMN {new} DROP DEFAULT"),
            None => format!("ALTER TABLE {name} ALTER COLUMN {column} DROP DEFAULT"),
        },
        5 => match &made.column {
            Some((name, new)) => format!("UPDATE {name} SET {new} = DEFAULT WHERE {new} IS NULL OR true"),
            None => format!("UPDATE {name} SET {column} = {value}"),
        },
        6 => format!("ALTER TABLE {name} ALTER COLUMN {column} TYPE {}", numbers.choose(types)),
        7 => format!("ALTER TABLE {name} ALTER COLUMN {column} SET DEFAULT {}", value.replace(" || id", "")),
        8 => format!("ALTER TABLE {name} ALTER COLUMN {column} SET STATISTICS 200"),
        9 => format!("ALTER TABLE {name} ADD CONSTRAINT check_{number} CHECK ({column} IS NOT NULL OR true)"),
        10 => {
            made.constraint = Some((name, format!("check_{number}")));
            format!(
                "ALTER TABLE {name} ADD CONSTRAINT check_{number} CHECK ({column} IS NOT NULL OR true) NOT VALID"
            )
        }
        11 => match &made.constraint {
            Some((name, constraint)) => format!("ALTER TABLE {name} VALIDATE CONSTRAINT {constraint}"),
            None => format!("ANALYZE {name}"),
        },
        12 => {
            let unique = if numbers.is_once_in(3) { "UNIQUE " } else { "" };
            format!("CREATE {unique}INDEX index_{number} ON {name} ({column})")
        }
        13 => match table.indexes {
            [] => format!("COMMENT ON TABLE {name} IS 'x'"),
            indexes => format!("DROP INDEX {}", numbers.choose(indexes)),
        },
        14 => format!("UPDATE {name} SET {column} = {value} WHERE {}", table.one),
        15 => format!("UPDATE {name} SET {column} = {value} WHERE {column} IS NOT NULL"),
        16 => format!("DELETE FROM {name} WHERE {}", table.one),
        17 => format!("CREATE TABLE copy_{number} AS SELECT * FROM {name}"),
        18 => {
            let refers = if numbers.is_once_in(2) { " REFERENCES users (id)" } else { "" };
            made.table = true;
            format!(
                "CREATE TABLE IF NOT EXISTS made (id bigint PRIMARY KEY, user_id bigint{refers}, note text)"
            )
        }
        19 if made.table => numbers
            .choose(&[
                "CREATE INDEX ON made (note)",
                "ALTER TABLE made ALTER COLUMN note SET NOT NULL",
                "UPDATE made SET note = 'x'",
                "INSERT INTO made (id) SELECT n FROM generate_series(1, 9) n",
                "ALTER TABLE made ADD FOREIGN KEY (user_id) REFERENCES users (id)",
            ])
            .to_string(),
        19 => format!("ALTER TABLE {name} RENAME COLUMN {column} TO renamed_{number}"),
        20 => format!("ALTER TABLE {name} DROP COLUMN {column}"),
        21 => "SET lock_timeout = '2s'".to_owned(),
        22 => format!("CREATE VIEW view_{number} AS SELECT {column} FROM {name}"),
        _ => format!("SELECT count({column}) FROM {name}"),
    }
}
