"""Other linters on the corpus of migrations: what each misses, and what it calls unsafe that is not.

The truth is the corpus's own: crates/migrations/tests/measured.rs holds every class against a real PostgreSQL, and
tests/corpus.rs sees that `migrations check` gives it. A linter that sees one file is given that file alone.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

CORPUS = pathlib.Path("crates/migrations/tests/corpus")
# Rules of squawk about taste: neither a hit nor a false alarm.
TASTE = {
    "prefer-bigint-over-int", "prefer-bigint-over-smallint", "prefer-identity", "prefer-repack",
    "prefer-robust-stmts", "prefer-text-field", "prefer-timestamp-tz", "prefer-timestamptz", "ban-char-field",
    "require-timeout-settings", "require-lock-timeout", "require-statement-timeout", "require-table-schema",
    "identifier-too-long", "require-enum-value-ordering",
}
# Rules that squawk leaves off unless they are named, but for those about taste.
OPT_IN = [
    "ban-add-column", "ban-add-composite-attribute", "ban-add-enum-value", "ban-alter-database-options",
    "ban-alter-extension", "ban-alter-function-options", "ban-alter-generated-expression",
    "ban-alter-policy-condition", "ban-alter-policy-roles", "ban-alter-role-options",
    "ban-alter-row-level-security", "ban-alter-sequence-values", "ban-alter-system-options",
    "ban-alter-view-options", "ban-create-policy", "ban-detach-inheritance", "ban-disable-trigger",
    "ban-drop-index", "ban-drop-policy", "ban-drop-trigger", "ban-new-write-restriction",
    "ban-replace-view-function", "ban-replica-identity", "ban-revoke", "ban-set-default",
]


def cases():
    """Name, SQL and class of every migration of the corpus."""
    for path in sorted(CORPUS.glob("*.txt")):
        name, sql = None, []
        for line in path.read_text().splitlines():
            if line.startswith("== "):
                name, sql = line[3:], []
            elif line.startswith("-> "):
                yield name, "\n".join(sql) + "\n", line.split()[1]
            elif name and not line.startswith("<< "):
                sql.append(line)


def squawk(program, files, arguments):
    """Files of which squawk says something, but for taste."""
    command = [program, "--reporter", "json", "--pg-version", "15", *arguments]
    found = set()
    # Files of several statements are one transaction.
    for together, more in ((True, ["--assume-in-transaction"]), (False, [])):
        some = [str(path) for path, sql in files.items() if (sql.count(";") > 1) == together]
        output = subprocess.run([*command, *more, *some], capture_output=True, text=True, check=False).stdout
        found.update(it["file"] for it in json.loads(output) if it["rule_name"] not in TASTE)
    return {pathlib.Path(path) for path in found}


def main():
    program = sys.argv[1]
    all_cases = list(cases())
    bad = sum(kind != "EXPAND" for _, _, kind in all_cases)
    print(f"{len(all_cases)} migrations, {bad} of them not safe\n")
    print(f"{'':34} {'misses':>8} {'false alarms':>14}")
    with tempfile.TemporaryDirectory() as folder:
        paths = [pathlib.Path(folder, f"{number}.sql") for number in range(len(all_cases))]
        for path, (_, sql, _) in zip(paths, all_cases):
            path.write_text(sql)
        files = {path: sql for path, (_, sql, _) in zip(paths, all_cases)}
        opt_in = [argument for rule in OPT_IN for argument in ("--include", rule)]
        for title, arguments in (("squawk", []), ("squawk with all opt-in rules", opt_in)):
            alarms = squawk(program, files, arguments)
            rows = [(name, kind, path in alarms) for path, (name, _, kind) in zip(paths, all_cases)]
            misses = [name for name, kind, alarm in rows if kind != "EXPAND" and not alarm]
            wrong = [name for name, kind, alarm in rows if kind == "EXPAND" and alarm]
            print(f"{title:34} {len(misses):>8} {len(wrong):>14}")
    print(f"\nmissed with all rules: {' '.join(misses)}")
    print(f"false alarms with all rules: {' '.join(wrong)}")


main()
