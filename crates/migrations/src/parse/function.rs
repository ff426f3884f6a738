//! What the body of a function does as a trigger: whether a release that writes a row may notice it.

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::parse::syntax::calls;
use crate::parse::words::{Word, words};
use crate::statement::{RowWrite, TriggerBody};

/// Functions that refuse no value.
const REFUSE_NOTHING: [&str; 21] = [
    "btrim",
    "clock_timestamp",
    "coalesce",
    "concat",
    "concat_ws",
    "gen_random_uuid",
    "greatest",
    "jsonb_build_object",
    "least",
    "length",
    "lower",
    "md5",
    "now",
    "nullif",
    "setweight",
    "statement_timestamp",
    "to_jsonb",
    "to_tsvector",
    "transaction_timestamp",
    "trim",
    "upper",
];

/// Reads the body of a function as that of a trigger: what it does, the columns of `NEW` and `OLD` that it names, and
/// those that it sets.
pub(super) fn as_trigger(node: &SyntaxNode) -> (TriggerBody, Vec<String>, Vec<RowWrite>) {
    let body = ast::CreateFunction::cast(node.clone()).and_then(|function| function.plpgsql());
    match body.map(|body| body.syntax()) {
        Some(body) => {
            let assignments = body.descendants().filter(|it| it.kind() == SyntaxKind::PLPGSQL_ASSIGN_STMT);
            (trigger_body(&body), row_fields(&body), assignments.filter_map(|it| row_write(&it)).collect())
        }
        None => (TriggerBody::Noticed("its body is not read as PL/pgSQL".to_owned()), Vec::new(), Vec::new()),
    }
}

fn trigger_body(body: &SyntaxNode) -> TriggerBody {
    let mut result = TriggerBody::Quiet;
    // Who asks for the operation returns `OLD` when it is DELETE.
    let asks = words(body).iter().any(|word| word.text == "tg_op");
    for inner in body.descendants() {
        match effect(&inner) {
            Some(TriggerBody::Noticed(why)) => return TriggerBody::Noticed(why),
            Some(TriggerBody::ReturnsOld) if asks => {}
            Some(other) => result = other,
            None => {}
        }
    }
    result
}

/// `NEW.column := value`.
fn row_write(assignment: &SyntaxNode) -> Option<RowWrite> {
    const TIMES: [&str; 7] = [
        "clock_timestamp",
        "current_date",
        "current_timestamp",
        "localtimestamp",
        "now",
        "statement_timestamp",
        "transaction_timestamp",
    ];
    let words = words(assignment);
    let [row, dot, column, _, value @ ..] = &words[..] else { return None };
    if row.text != "new" || dot.text != "." {
        return None;
    }
    let from = fields(value);
    let is_time = from.is_empty() && value.iter().any(|word| TIMES.contains(&word.text.as_str()));
    Some(RowWrite { column: column.text.clone(), from, is_time })
}

fn row_fields(body: &SyntaxNode) -> Vec<String> {
    fields(&words(body))
}

fn fields(words: &[Word]) -> Vec<String> {
    let named = words
        .windows(3)
        .filter(|three| matches!(three[0].text.as_str(), "new" | "old") && three[1].text == ".");
    let mut fields: Vec<String> = named.map(|three| three[2].text.clone()).collect();
    fields.sort();
    fields.dedup();
    fields
}

fn effect(node: &SyntaxNode) -> Option<TriggerBody> {
    use SyntaxKind as Kind;
    let noticed = |why: &str| Some(TriggerBody::Noticed(why.to_owned()));
    match node.kind() {
        Kind::ERROR => noticed("a part of it cannot be read"),
        Kind::PLPGSQL_RAISE_STMT => {
            let words = words(node);
            let level = words.get(1).map_or("", |word| word.text.as_str());
            let only_tells = matches!(level, "notice" | "info" | "log" | "debug" | "warning");
            if only_tells { None } else { noticed("it raises an error") }
        }
        Kind::PLPGSQL_ASSERT_STMT => noticed("it raises an error"),
        Kind::PLPGSQL_RETURN_STMT => {
            let words = words(node);
            match words.get(1).map(|word| word.text.as_str()) {
                Some("new") if words.get(2).is_none_or(|word| word.text == ";") => None,
                Some("old") if words.get(2).is_none_or(|word| word.text == ";") => {
                    Some(TriggerBody::ReturnsOld)
                }
                Some("null") => Some(TriggerBody::ReturnsNull),
                _ => noticed("what it returns is not to be seen"),
            }
        }
        Kind::PLPGSQL_EXEC_SQL_STMT
        | Kind::PLPGSQL_CALL_STMT
        | Kind::PLPGSQL_DO_STMT
        | Kind::PLPGSQL_PERFORM_STMT
        | Kind::PLPGSQL_DYN_EXECUTE_STMT
        | Kind::PLPGSQL_FOR_QUERY_STMT
        | Kind::PLPGSQL_FOR_DYN_STMT
        | Kind::PLPGSQL_FOR_CURSOR_STMT
        | Kind::PLPGSQL_OPEN_STMT
        | Kind::PLPGSQL_LOOP_STMT
        | Kind::PLPGSQL_WHILE_STMT => noticed("it runs statements of its own"),
        Kind::PLPGSQL_ASSIGN_STMT if matches!(&words(node)[..], [row, next, ..] if row.text == "new" && next.text != ".") => {
            noticed("it replaces the row")
        }
        Kind::PLPGSQL_ASSIGN_STMT | Kind::PLPGSQL_EXPR if !is_caught(node) => {
            let casts = node.descendants().any(|inner| inner.kind() == Kind::CAST_EXPR);
            let divides = words(node).iter().any(|word| matches!(word.text.as_str(), "/" | "%"));
            let queries = node.descendants().any(|inner| {
                inner.kind() == Kind::SELECT
                    && inner.parent().is_some_and(|parent| parent.kind() == Kind::PAREN_SELECT)
            });
            let call = calls(node).into_iter().find(|name| !REFUSE_NOTHING.contains(&name.name.as_str()));
            match call {
                _ if casts => noticed("it converts a value, which refuses what it cannot convert"),
                _ if divides => noticed("it divides"),
                _ if queries => noticed("it runs statements of its own"),
                Some(call) => noticed(&format!("it calls `{call}`")),
                None => None,
            }
        }
        _ => None,
    }
}

/// Whether an error in a statement is caught by the block that it stands in.
fn is_caught(node: &SyntaxNode) -> bool {
    node.ancestors()
        .filter(|outer| outer.kind() == SyntaxKind::PLPGSQL_BLOCK)
        .any(|block| block.children().any(|child| child.kind() == SyntaxKind::PLPGSQL_EXCEPTION_SECTION))
}
