//! The file: policy, style, script, and the parts in their order.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use formwork_core::secret::visible_line;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use crate::action::Action;
use crate::graph::Mark;
use crate::page::model::{Change, Link, Moment, Page};
use crate::page::{changes, first_part};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// More things than these make no picture that anybody reads.
const MOST_DRAWN: usize = 400;

impl Page {
    /// Writes the page as one file: nothing in it is loaded from anywhere, and no other script runs in it.
    #[must_use]
    pub fn html(&self) -> String {
        let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
        let policy = format!(
            "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
            hash(STYLE),
            hash(SCRIPT)
        );
        let anchors = self.anchors();
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(policy);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="referrer" content="no-referrer";
                    meta name="color-scheme" content="light dark";
                    title { (text(&self.title)) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    a.skip href="#changes" { "To the changes" }
                    header {
                        h1 { (text(&self.title)) }
                        @if let Some(commit) = &self.commit { p { "of " (link(commit)) } }
                        @if let Some(notice) = &self.notice { p.notice { (text(notice)) } }
                    }
                    main {
                        (first_part::of(self, &anchors))
                        (self.picture(&anchors))
                        (changes::of(self, &anchors))
                    }
                    script { (PreEscaped(SCRIPT)) }
                }
            }
        };
        page.into_string()
    }

    fn picture(&self, anchors: &BTreeMap<(&str, &str), String>) -> Markup {
        let Some(graph) = &self.graph else { return html! {} };
        let things = graph.things();
        let marks = self.marks(&things, anchors);
        html! {
            section #picture {
                h2 { "Picture" }
                @if things.len() > MOST_DRAWN {
                    p { (things.len()) " things are too many for a picture: plan fewer stacks to have one." }
                } @else {
                    p { "What changes has a border and a word, and leads to its change." }
                    div.picture tabindex="0" role="region" aria-label="Picture of the stacks that change" {
                        (PreEscaped(graph.marked_svg(&marks)))
                    }
                }
            }
        }
    }

    /// What is said of the things of a picture: the gravest of what happens to them and their parts.
    fn marks(
        &self,
        things: &[(usize, &[(String, String)])],
        anchors: &BTreeMap<(&str, &str), String>,
    ) -> BTreeMap<usize, Mark> {
        let mut by_block: BTreeMap<(&str, &str), Vec<&Change>> = BTreeMap::new();
        for stack in &self.stacks {
            for change in &stack.changes {
                by_block.entry((&stack.name, change.block())).or_default().push(change);
            }
        }
        let mut marks = BTreeMap::new();
        for (number, members) in things {
            let all = members.iter().enumerate().flat_map(|(at, (stack, address))| {
                let changes = by_block.get(&(stack.as_str(), address.as_str())).into_iter().flatten();
                changes.map(move |change| (at > 0, stack, *change))
            });
            // What happens to the thing itself counts before what happens to its parts, if it is as grave.
            let Some((is_part, stack, change)) = all.min_by_key(|(is_part, _, change)| {
                (change.moment == Moment::Outside, change.action, *is_part)
            }) else {
                continue;
            };
            let Some(anchor) = anchors.get(&(stack.as_str(), change.address.as_str())) else { continue };
            let word = if is_part { format!("part {}", change.word()) } else { change.word().to_owned() };
            marks.insert(*number, Mark { color: color(change), word, href: format!("#{anchor}") });
        }
        marks
    }
}

const fn color(change: &Change) -> &'static str {
    match change.action {
        Action::Replace | Action::Destroy | Action::Forget => "#c01c28",
        Action::Update | Action::Move => "#9a5b00",
        Action::Create | Action::Import => "#1a7f37",
    }
}

/// Text from outside: one line without invisible characters.
pub(super) fn text(text: &str) -> String {
    visible_line(text)
}

pub(super) fn link(link: &Link) -> Markup {
    html! {
        @match link.href.as_deref().filter(|it| it.starts_with("https://")) {
            Some(href) => a href=(href) rel="noreferrer" { (text(&link.text)) },
            None => (text(&link.text)),
        }
    }
}
