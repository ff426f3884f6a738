//! Comments, and what they belong to: what stands before an item or on its lines belongs to the item; the rest of a body
//! to its end.

use std::ops::Range;

use crate::configuration::{Body, Item};
use crate::source::text::SourceText;

/// A comment without its marks.
struct Comment {
    start: usize,
    text: String,
    taken: bool,
}

/// Puts the comments of a file to its items.
pub(crate) fn attach(source: &SourceText, body: &mut Body) {
    let text = source.text();
    let mut comments = scan(text);
    if !comments.is_empty() {
        place(text, body, 0..text.len(), &mut comments);
    }
}

fn place(text: &str, body: &mut Body, within: Range<usize>, comments: &mut [Comment]) {
    let mut from = within.start;
    for item in &mut body.items {
        let (span, own) = match item {
            Item::Attribute(attribute) => (attribute.span.clone(), &mut attribute.comments),
            Item::Block(block) => (block.span.clone(), &mut block.comments),
        };
        take(comments, from..span.start, own);
        from = end_of_line(text, span.end).min(within.end.max(span.end));
        match item {
            Item::Attribute(attribute) => take(comments, span.start..from, &mut attribute.comments),
            Item::Block(block) => {
                // What follows the opening brace on its line speaks of the block.
                let open = text[span.clone()].find('{').map_or(span.start, |at| span.start + at);
                let first_item = block.body.items.first().map_or(span.end, |item| match item {
                    Item::Attribute(attribute) => attribute.span.start,
                    Item::Block(block) => block.span.start,
                });
                let first = end_of_line(text, open).min(first_item);
                take(comments, span.start..first, &mut block.comments);
                place(text, &mut block.body, first..span.end, comments);
                take(comments, span.end..from, &mut block.comments);
            }
        }
    }
    take(comments, from..within.end, &mut body.comments);
}

fn end_of_line(text: &str, from: usize) -> usize {
    text[from..].find('\n').map_or(text.len(), |at| from + at)
}

fn take(comments: &mut [Comment], within: Range<usize>, into: &mut Vec<String>) {
    let begin = comments.partition_point(|comment| comment.start < within.start);
    for comment in &mut comments[begin..] {
        if comment.start >= within.end {
            break;
        }
        if !comment.taken {
            comment.taken = true;
            into.push(std::mem::take(&mut comment.text));
        }
    }
}

/// Finds the comments of a file: outside of strings and heredocs, but also within what is filled into them.
fn scan(text: &str) -> Vec<Comment> {
    let bytes = text.as_bytes();
    let mut comments = Vec::new();
    // What is open: a string, a heredoc until its mark, or braces within one of them.
    let mut open: Vec<Open> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &text.as_bytes()[at..];
        match open.last_mut() {
            Some(Open::Text) => match rest {
                [b'\\', _, ..] => at += 2,
                [b'$', b'$', b'{', ..] | [b'%', b'%', b'{', ..] => at += 3,
                [b'$' | b'%', b'{', ..] => {
                    open.push(Open::Braces(0));
                    at += 2;
                }
                [b'"' | b'\n', ..] => {
                    open.pop();
                    at += 1;
                }
                _ => at += 1,
            },
            Some(Open::Heredoc(mark)) => match rest {
                [b'$', b'$', b'{', ..] | [b'%', b'%', b'{', ..] => at += 3,
                [b'$' | b'%', b'{', ..] => {
                    open.push(Open::Braces(0));
                    at += 2;
                }
                [b'\n', ..] => {
                    let line_end = text[at + 1..].find('\n').map_or(text.len(), |end| at + 1 + end);
                    if text[at + 1..line_end].trim() == mark {
                        open.pop();
                        at = line_end;
                    } else {
                        at += 1;
                    }
                }
                _ => at += 1,
            },
            _ => match rest {
                [b'"', ..] => {
                    open.push(Open::Text);
                    at += 1;
                }
                [b'#', ..] | [b'/', b'/', ..] => {
                    let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
                    let line = text[at..end].trim_start_matches(['#', '/']);
                    let line = line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned();
                    comments.push(Comment { start: at, text: line, taken: false });
                    at = end;
                }
                [b'/', b'*', ..] => {
                    let end = text[at + 2..].find("*/").map_or(text.len(), |end| at + 2 + end);
                    let lines = text[at + 2..end].lines().map(|line| {
                        let line = line.trim();
                        line.strip_prefix('*').unwrap_or(line).trim()
                    });
                    let lines: Vec<&str> = lines.collect();
                    comments.push(Comment {
                        start: at,
                        text: lines.join("\n").trim().to_owned(),
                        taken: false,
                    });
                    at = (end + 2).min(text.len());
                }
                [b'<', b'<', ..] => {
                    let line = text[at + 2..].lines().next().unwrap_or_default();
                    let mark = line.strip_prefix('-').unwrap_or(line).trim();
                    at += 2 + line.len();
                    if !mark.is_empty()
                        && mark.chars().all(|it| it.is_alphanumeric() || it == '_' || it == '-')
                    {
                        open.push(Open::Heredoc(mark.to_owned()));
                    }
                }
                [brace @ (b'{' | b'}'), ..] => {
                    if let Some(Open::Braces(depth)) = open.last_mut() {
                        match (brace, &mut *depth) {
                            (b'}', 0) => {
                                open.pop();
                            }
                            (b'}', depth) => *depth -= 1,
                            (_, depth) => *depth += 1,
                        }
                    }
                    at += 1;
                }
                _ => at += 1,
            },
        }
    }
    comments
}

enum Open {
    Text,
    Heredoc(String),
    Braces(usize),
}
