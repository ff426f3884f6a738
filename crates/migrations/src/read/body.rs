//! Bodies of `DO` blocks and functions: the statements in them, wherever they stand.

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SourceFile, SyntaxKind, SyntaxNode};

use crate::read::origin::Origin;
use crate::read::words::{Cursor, is_significant, words};
use crate::read::{Reader, trimmed};
use crate::statement::{Action, Effect, Place, Statement};

impl Reader {
    /// Reads the bodies that a statement carries.
    pub(super) fn bodies(&mut self, node: &SyntaxNode, origin: &Origin<'_>, place: &Place) {
        match node.kind() {
            SyntaxKind::DO => {
                let place = match place {
                    Place::File => Place::Block,
                    other => other.clone(),
                };
                let body = ast::Do::cast(node.clone()).and_then(|block| block.plpgsql());
                match body {
                    Some(body) => {
                        self.procedural(&body.syntax(), &Origin::Procedural(&body, origin), &place);
                    }
                    None => self.unread(trimmed(node, origin), &place, "its language is not PL/pgSQL"),
                }
            }
            SyntaxKind::CREATE_FUNCTION | SyntaxKind::CREATE_PROCEDURE => self.function(node, origin),
            _ => {}
        }
    }

    fn function(&mut self, node: &SyntaxNode, origin: &Origin<'_>) {
        let all = words(node);
        let mut cursor = Cursor::new(&all);
        cursor.take("create");
        cursor.skip(&["or replace", "function", "procedure"]);
        let Some(name) = cursor.name() else { return };
        let place = Place::Function(name);
        if let Some(atomic) = node.descendants().find(|inner| inner.kind() == SyntaxKind::ATOMIC_BODY) {
            for inner in atomic.descendants().filter(is_statement) {
                self.statement(&inner, origin, &place);
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
            self.procedural(&body.syntax(), &Origin::Procedural(&body, origin), &place);
        } else if let Some(body) = sql {
            let origin = Origin::Sql(&body, origin);
            for inner in body.syntax().children().filter(|inner| !super::is_noise(inner.kind())) {
                self.statement(&inner, &origin, &place);
            }
        }
    }

    /// Reads the statements of a PL/pgSQL body, in blocks, branches and loops alike.
    fn procedural(&mut self, body: &SyntaxNode, origin: &Origin<'_>, place: &Place) {
        use SyntaxKind as Kind;
        for node in body.descendants() {
            match node.kind() {
                Kind::PLPGSQL_EXEC_SQL_STMT | Kind::PLPGSQL_CALL_STMT | Kind::PLPGSQL_DO_STMT => {
                    for inner in node.children().filter(|inner| inner.kind() != Kind::PLPGSQL_INTO_CLAUSE) {
                        self.statement(&inner, origin, place);
                    }
                }
                Kind::PLPGSQL_PERFORM_STMT
                | Kind::PLPGSQL_FOR_QUERY_STMT
                | Kind::PLPGSQL_RETURN_QUERY_STMT => {
                    for inner in node.children().filter(is_query) {
                        self.statement(&inner, origin, place);
                    }
                }
                Kind::PLPGSQL_DYN_EXECUTE_STMT
                | Kind::PLPGSQL_FOR_DYN_STMT
                | Kind::PLPGSQL_OPEN_EXECUTE
                | Kind::PLPGSQL_RETURN_QUERY_EXECUTE_STMT => {
                    self.simple(&node, origin, place, Action::Dynamic)
                }
                Kind::PLPGSQL_COMMIT_STMT => self.simple(&node, origin, place, Action::Commit),
                Kind::PLPGSQL_ROLLBACK_STMT => self.simple(&node, origin, place, Action::Rollback),
                Kind::PLPGSQL_EXPR | Kind::PLPGSQL_ASSIGN_STMT if !super::calls(&node).is_empty() => {
                    self.simple(&node, origin, place, Action::Harmless);
                }
                Kind::ERROR => self.piece(&node, origin, place),
                _ => {}
            }
        }
    }

    fn simple(&mut self, node: &SyntaxNode, origin: &Origin<'_>, place: &Place, action: Action) {
        let span = trimmed(node, origin);
        self.statements.push(Statement {
            span,
            place: place.clone(),
            effects: vec![Effect { span, action }],
            calls: super::calls(node),
            tables: Vec::new(),
            new_values: Vec::new(),
        });
    }

    /// Reads what the PL/pgSQL grammar did not know. It does not know `SELECT a INTO b`, so such a statement is read
    /// once more without its `INTO`.
    fn piece(&mut self, node: &SyntaxNode, origin: &Origin<'_>, place: &Place) {
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
        let parse = SourceFile::parse(&text);
        if !parse.errors().is_empty() {
            self.unread(trimmed(node, origin), place, "the grammar does not know this statement");
            return;
        }
        let origin = Origin::Piece(start, origin);
        for inner in parse.tree().syntax().children().filter(|inner| !super::is_noise(inner.kind())) {
            self.statement(&inner, &origin, place);
        }
    }
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
