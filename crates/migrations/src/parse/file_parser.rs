//! Statements, and the bodies of `DO` blocks and functions in them: a body has statements, which may have bodies.

use std::cell::LazyCell;

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SourceFile, SyntaxKind, SyntaxNode};

use crate::parse::action::effects_of;
use crate::parse::dynamic_text::Variables;
use crate::parse::feature::features;
use crate::parse::origin::Origin;
use crate::parse::parsed_file::{ParsedFile, SyntaxError, SyntaxErrorKind};
use crate::parse::row_filter::limit;
use crate::parse::syntax::{calls, is_looped, is_noise, is_write, prepared, rule_body, tables, trimmed};
use crate::parse::words::{Cursor, Word, WordKind, is_significant, words};
use crate::position::Span;
use crate::statement::{Action, Effect, Scope, Statement};

/// Takes the statements out of a tree of syntax.
pub(super) fn parse_tree(tree: &squawk_syntax::Parse<SourceFile>) -> ParsedFile {
    let root = tree.tree().syntax().clone();
    let mut parser = FileParser { statements: Vec::new(), errors: Vec::new(), added_values: Vec::new() };
    for error in tree.errors() {
        let span = Origin::File.span(error.range());
        parser.errors.push(SyntaxError { span, kind: SyntaxErrorKind::Grammar(error.message().to_owned()) });
    }
    let mut top_level = 0;
    for node in root.children().filter(|node| !is_noise(node.kind())) {
        top_level += 1;
        parser.statement(&node, &Origin::File, &Scope::File);
    }
    ParsedFile { statements: parser.statements, errors: parser.errors, top_level }
}

struct FileParser {
    statements: Vec<Statement>,
    errors: Vec<SyntaxError>,
    /// Enum values that the file has added so far.
    added_values: Vec<String>,
}

impl FileParser {
    /// Parses a statement and the bodies in it.
    fn statement(&mut self, node: &SyntaxNode, origin: &Origin<'_>, scope: &Scope) {
        let mut effects = Vec::new();
        effects_of(node, origin, &mut effects);
        // `WITH gone AS (DELETE …)`: a statement within a statement.
        for inner in node.descendants().skip(1).filter(|inner| is_write(inner.kind())) {
            let is_own = inner
                .ancestors()
                .skip(1)
                .take_while(|outer| outer != node)
                .all(|outer| !matches!(outer.kind(), SyntaxKind::ATOMIC_BODY | SyntaxKind::RULE_DO));
            // What is explained or prepared is a statement of its own.
            if is_own && !matches!(node.kind(), SyntaxKind::EXPLAIN | SyntaxKind::PREPARE) {
                effects_of(&inner, origin, &mut effects);
            }
        }
        let span = trimmed(node, origin);
        let more = settings(node).into_iter().chain(locked_while_copied(node));
        effects.extend(more.map(|action| Effect { span, action }));
        let new_values = self.values_of(node);
        for effect in &effects {
            if let Action::AddEnumValue { value, .. } = &effect.action {
                self.added_values.push(value.clone());
            }
        }
        self.statements.push(Statement {
            span: trimmed(node, origin),
            scope: scope.clone(),
            effects,
            calls: if is_carrier(node) { Vec::new() } else { calls(node) },
            tables: tables(node),
            new_values,
            needs: features(node),
            looped: is_looped(node),
        });
        self.bodies(node, origin, scope);
    }

    /// The values among a statement's literals that the file added to an enum before it.
    fn values_of(&self, node: &SyntaxNode) -> Vec<String> {
        if self.added_values.is_empty() {
            return Vec::new();
        }
        let literals = words(node).into_iter().filter(|word| word.kind == WordKind::Literal);
        literals.map(|word| word.text).filter(|text| self.added_values.contains(text)).collect()
    }

    /// A statement that could not be parsed.
    fn unparsed(&mut self, span: Span, scope: &Scope, why: &str) {
        self.effects(span, scope, [Action::UnparsedBody { why: why.to_owned() }]);
    }

    /// A statement of nothing but its effects.
    fn effects(&mut self, span: Span, scope: &Scope, actions: impl IntoIterator<Item = Action>) {
        let effects = actions.into_iter().map(|action| Effect { span, action }).collect();
        self.statements.push(Statement {
            span,
            scope: scope.clone(),
            effects,
            calls: Vec::new(),
            tables: Vec::new(),
            new_values: Vec::new(),
            needs: Vec::new(),
            looped: false,
        });
    }

    /// Parses the bodies that a statement carries.
    fn bodies(&mut self, node: &SyntaxNode, origin: &Origin<'_>, scope: &Scope) {
        match node.kind() {
            SyntaxKind::DO => {
                let scope = match scope {
                    Scope::File => Scope::DoBlock,
                    other => other.clone(),
                };
                let body = ast::Do::cast(node.clone()).and_then(|block| block.plpgsql());
                match body {
                    Some(body) => {
                        self.procedural(&body.syntax(), &Origin::Procedural(&body, origin), &scope);
                    }
                    None => self.unparsed(trimmed(node, origin), &scope, "its language is not PL/pgSQL"),
                }
            }
            SyntaxKind::CREATE_FUNCTION | SyntaxKind::CREATE_PROCEDURE => self.function(node, origin),
            SyntaxKind::CREATE_RULE => {
                let Some(name) = rule_body(&words(node)) else { return };
                let scope = Scope::Function(name);
                let commands = node.descendants().filter(|inner| inner.kind() == SyntaxKind::RULE_DO);
                for inner in commands.flat_map(|command| command.descendants()) {
                    if is_write(inner.kind()) {
                        self.statement(&inner, origin, &scope);
                    }
                }
            }
            SyntaxKind::EXPLAIN if is_executed(node) => {
                if let Some(inner) = node.children().find(|child| is_preparable(child.kind())) {
                    self.statement(&inner, origin, scope);
                }
            }
            SyntaxKind::PREPARE => {
                let words = words(node);
                let name = Cursor::new(words.get(1..).unwrap_or_default()).identifier();
                let inner = node.children().find(|child| is_preparable(child.kind()));
                if let (Some(name), Some(inner)) = (name, inner) {
                    self.statement(&inner, origin, &Scope::Function(prepared(&name)));
                }
            }
            _ => {}
        }
    }

    fn function(&mut self, node: &SyntaxNode, origin: &Origin<'_>) {
        let all = words(node);
        let mut cursor = Cursor::new(&all);
        cursor.take("create");
        cursor.skip(&["or replace", "function", "procedure"]);
        let Some(name) = cursor.name() else { return };
        let scope = Scope::Function(name);
        let own = own_settings(&all);
        if own.is_empty() {
            return self.function_body(node, origin, &scope, &all);
        }
        // What a function sets for itself ends with it, like what is set behind a savepoint that is rolled back.
        let span = trimmed(node, origin);
        self.effects(span, &scope, [Action::Savepoint].into_iter().chain(own));
        self.function_body(node, origin, &scope, &all);
        self.effects(span, &scope, [Action::RollbackToSavepoint]);
    }

    fn function_body(&mut self, node: &SyntaxNode, origin: &Origin<'_>, scope: &Scope, all: &[Word]) {
        if let Some(atomic) = node.descendants().find(|inner| inner.kind() == SyntaxKind::ATOMIC_BODY) {
            for inner in atomic.descendants().filter(is_statement) {
                self.statement(&inner, origin, scope);
            }
            return;
        }
        let (procedural, sql) = match ast::CreateFunction::cast(node.clone()) {
            Some(function) => (function.plpgsql(), function.sql_body()),
            None => {
                let procedure = ast::CreateProcedure::cast(node.clone());
                (procedure.as_ref().and_then(|it| it.plpgsql()), procedure.and_then(|it| it.sql_body()))
            }
        };
        if let Some(body) = procedural {
            self.procedural(&body.syntax(), &Origin::Procedural(&body, origin), scope);
        } else if let Some(body) = sql {
            let origin = Origin::Sql(&body, origin);
            for inner in body.syntax().children().filter(|inner| !is_noise(inner.kind())) {
                self.statement(&inner, &origin, scope);
            }
        } else if all.iter().any(|word| word.kind == WordKind::Plain && word.text == "return") {
            // `RETURN a + b`: an expression, whose functions run when it is called.
            let span = trimmed(node, origin);
            self.effects(span, scope, [Action::Harmless]);
            if let Some(body) = self.statements.last_mut() {
                body.calls = calls(node);
            }
        } else {
            let mut cursor = Cursor::new(all);
            cursor.seek("language");
            let language = cursor.peek().map_or("?", |word| word.text.as_str()).to_owned();
            self.simple(node, origin, scope, Action::ForeignBody { language });
        }
    }

    /// Parses the statements of a PL/pgSQL body, in blocks, branches and loops alike.
    fn procedural(&mut self, body: &SyntaxNode, origin: &Origin<'_>, scope: &Scope) {
        use SyntaxKind as Kind;
        let variables = LazyCell::new(|| Variables::of(body));
        for node in body.descendants() {
            match node.kind() {
                Kind::PLPGSQL_EXEC_SQL_STMT | Kind::PLPGSQL_CALL_STMT | Kind::PLPGSQL_DO_STMT => {
                    for inner in node.children().filter(|inner| inner.kind() != Kind::PLPGSQL_INTO_CLAUSE) {
                        self.statement(&inner, origin, scope);
                    }
                }
                Kind::PLPGSQL_PERFORM_STMT
                | Kind::PLPGSQL_FOR_QUERY_STMT
                | Kind::PLPGSQL_RETURN_QUERY_STMT => {
                    for inner in node.children().filter(|it| is_query(it) || it.kind() == Kind::EXPLAIN) {
                        self.statement(&inner, origin, scope);
                    }
                }
                Kind::PLPGSQL_DYN_EXECUTE_STMT
                | Kind::PLPGSQL_FOR_DYN_STMT
                | Kind::PLPGSQL_OPEN_EXECUTE
                | Kind::PLPGSQL_RETURN_QUERY_EXECUTE_STMT => self.dynamic(&node, &variables, origin, scope),
                Kind::PLPGSQL_COMMIT_STMT => self.simple(&node, origin, scope, Action::Commit),
                Kind::PLPGSQL_ROLLBACK_STMT => self.simple(&node, origin, scope, Action::Rollback),
                Kind::PLPGSQL_EXPR | Kind::PLPGSQL_ASSIGN_STMT if !calls(&node).is_empty() => {
                    self.simple(&node, origin, scope, Action::Harmless);
                }
                Kind::ERROR => self.piece(&node, origin, scope),
                _ => {}
            }
        }
    }

    /// Parses the text that is executed, if the body says what it is.
    fn dynamic(&mut self, node: &SyntaxNode, variables: &Variables, origin: &Origin<'_>, scope: &Scope) {
        let texts = variables.executed(node).unwrap_or_default();
        let trees: Vec<_> = texts.iter().map(|text| SourceFile::parse(text)).collect();
        let roots: Vec<SyntaxNode> = trees.iter().map(|tree| tree.tree().syntax().clone()).collect();
        // How often a loop runs is seen where the statement stands.
        let is_repeated = is_looped(node)
            && roots.iter().any(|root| root.descendants().any(|inner| is_write(inner.kind())));
        if texts.is_empty() || is_repeated || trees.iter().any(|tree| !tree.errors().is_empty()) {
            return self.simple(node, origin, scope, Action::DynamicSql);
        }
        let origin = Origin::Text(trimmed(node, origin));
        for inner in roots.iter().flat_map(|root| root.children()).filter(|inner| !is_noise(inner.kind())) {
            self.statement(&inner, &origin, scope);
        }
    }

    fn simple(&mut self, node: &SyntaxNode, origin: &Origin<'_>, scope: &Scope, action: Action) {
        let span = trimmed(node, origin);
        let calls = if is_carrier(node) { Vec::new() } else { calls(node) };
        self.statements.push(Statement {
            span,
            scope: scope.clone(),
            effects: vec![Effect { span, action }],
            calls,
            tables: Vec::new(),
            new_values: Vec::new(),
            needs: Vec::new(),
            looped: is_looped(node),
        });
    }

    /// Parses what the PL/pgSQL grammar did not know. It does not know `SELECT a INTO b`, so such a statement is parsed
    /// once more without its `INTO`.
    fn piece(&mut self, node: &SyntaxNode, origin: &Origin<'_>, scope: &Scope) {
        let start = usize::from(node.text_range().start());
        let mut text = node.text().to_string();
        let mut tokens: Vec<(SyntaxKind, std::ops::Range<usize>)> = Vec::new();
        for token in node.descendants_with_tokens().filter_map(|element| element.into_token()) {
            if is_significant(&token) {
                let range = token.text_range();
                tokens.push((
                    token.kind(),
                    usize::from(range.start()) - start..usize::from(range.end()) - start,
                ));
            }
        }
        if let Some(into) = tokens.iter().position(|(kind, _)| *kind == SyntaxKind::INTO_KW) {
            let ends = |kind: SyntaxKind| {
                matches!(
                    kind,
                    SyntaxKind::FROM_KW | SyntaxKind::WHERE_KW | SyntaxKind::SEMICOLON | SyntaxKind::LIMIT_KW
                )
            };
            let end = tokens[into..]
                .iter()
                .find(|(kind, _)| ends(*kind))
                .map_or(text.len(), |(_, range)| range.start);
            let cut = tokens[into].1.start..end;
            let blanks = " ".repeat(cut.len());
            text.replace_range(cut, &blanks);
        }
        let tree = SourceFile::parse(&text);
        if !tree.errors().is_empty() {
            self.unparsed(trimmed(node, origin), scope, "the grammar does not know this statement");
            return;
        }
        let origin = Origin::Piece(start, origin);
        for inner in tree.tree().syntax().children().filter(|inner| !is_noise(inner.kind())) {
            self.statement(&inner, &origin, scope);
        }
    }
}

/// Rows that a query locks while it copies them: `CREATE TABLE … AS SELECT … FOR UPDATE`.
fn locked_while_copied(node: &SyntaxNode) -> Option<Action> {
    use SyntaxKind as Kind;
    if !matches!(node.kind(), Kind::CREATE_TABLE_AS | Kind::SELECT_INTO | Kind::INSERT) {
        return None;
    }
    let clause = node.descendants().find(|inner| inner.kind() == Kind::LOCKING_CLAUSE)?;
    let query = clause.parent().unwrap_or_else(|| node.clone());
    limit(&words(&query)).is_none().then(|| Action::LockRows { tables: tables(&query) })
}

/// Settings that a query makes: `set_config('lock_timeout', '2s', false)`.
fn settings(node: &SyntaxNode) -> Vec<Action> {
    if is_carrier(node) || !is_query(node) {
        return Vec::new();
    }
    let calls = node.descendants().filter(|inner| inner.kind() == SyntaxKind::CALL_EXPR);
    let setting = |call: SyntaxNode| {
        let words = words(&call);
        let mut cursor = Cursor::new(&words);
        if cursor.name()?.name != "set_config" {
            return None;
        }
        let [name, comma, value, _, local, ..] = cursor.parentheses() else { return None };
        let is_null = value.kind == WordKind::Plain && value.text == "null";
        let is_literal = name.kind == WordKind::Literal && (value.kind == WordKind::Literal || is_null);
        (is_literal && comma.text == ",").then(|| Action::Set {
            name: name.text.trim_matches('\'').to_lowercase(),
            value: Some(value.text.clone()).filter(|_| !is_null),
            local: local.text == "true",
        })
    };
    calls.filter_map(setting).collect()
}

/// What a function sets for itself while it runs: `SET search_path = shop` among its options.
fn own_settings(words: &[Word]) -> Vec<Action> {
    let mut settings = Vec::new();
    let mut cursor = Cursor::new(words);
    while cursor.seek("set") {
        let Some(name) = cursor.identifier() else { continue };
        if !cursor.take("to") && !cursor.take("=") {
            continue;
        }
        let ends = |word: &Word| {
            word.kind == WordKind::Plain
                && matches!(
                    word.text.as_str(),
                    "as" | "set" | "language" | "security" | "stable" | "immutable" | "volatile"
                )
        };
        let value = cursor.rest().iter().take_while(|word| !ends(word) && word.text != ";");
        let value = value.map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
        settings.push(Action::Set { name, value: Some(value), local: false });
    }
    settings
}

/// Statements that carry others, which call functions when they run.
fn is_carrier(node: &SyntaxNode) -> bool {
    matches!(
        node.kind(),
        SyntaxKind::EXPLAIN
            | SyntaxKind::PREPARE
            | SyntaxKind::DO
            | SyntaxKind::CREATE_FUNCTION
            | SyntaxKind::CREATE_PROCEDURE
            | SyntaxKind::CREATE_RULE
    )
}

/// Whether `EXPLAIN` runs the statement: `ANALYZE` among its words or its options.
fn is_executed(node: &SyntaxNode) -> bool {
    let words = words(node);
    let mut cursor = Cursor::new(&words);
    cursor.take("explain");
    let options = cursor.parentheses();
    let of_options = options.iter().position(|word| matches!(word.text.as_str(), "analyze" | "analyse"));
    let is_off = |index: usize| {
        let value = options.get(index + 1).map_or("", |word| word.text.trim_matches('\''));
        matches!(value, "false" | "off" | "0")
    };
    cursor.take("analyze") || cursor.take("analyse") || of_options.is_some_and(|index| !is_off(index))
}

const fn is_preparable(kind: SyntaxKind) -> bool {
    use SyntaxKind as Kind;
    is_write(kind)
        || matches!(
            kind,
            Kind::SELECT
                | Kind::SELECT_INTO
                | Kind::COMPOUND_SELECT
                | Kind::PAREN_SELECT
                | Kind::TABLE
                | Kind::VALUES
                | Kind::EXECUTE
                | Kind::DECLARE
                | Kind::CREATE_TABLE_AS
                | Kind::CREATE_MATERIALIZED_VIEW
                | Kind::REFRESH
        )
}

fn is_query(node: &SyntaxNode) -> bool {
    matches!(
        node.kind(),
        SyntaxKind::SELECT
            | SyntaxKind::COMPOUND_SELECT
            | SyntaxKind::PAREN_SELECT
            | SyntaxKind::VALUES
            | SyntaxKind::INSERT
            | SyntaxKind::UPDATE
            | SyntaxKind::DELETE
    )
}

fn is_statement(node: &SyntaxNode) -> bool {
    is_query(node) && node.parent().is_some_and(|parent| parent.kind() == SyntaxKind::ATOMIC_BODY)
}
