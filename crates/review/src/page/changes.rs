//! Every change with its arguments, and the filters.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use crate::page::first_part::place;
use crate::page::html::{link, text};
use crate::page::model::{Change, Moment, Page, Severity, StackPage};
use crate::page::values;

/// A page stays below 10 MB: behind these many bytes changes have no arguments any more.
const ROOM: usize = 8_000_000;
/// How many of those that use something are named.
const USERS: usize = 50;

type Anchors<'a> = BTreeMap<(&'a str, &'a str), String>;

pub(super) fn of(page: &Page, anchors: &Anchors<'_>) -> Markup {
    let count: usize = page.stacks.iter().map(|it| it.changes.len()).sum();
    let (mut number, mut room, mut without) = (0, ROOM, 0);
    let stacks: Vec<Markup> = page
        .stacks
        .iter()
        .map(|stack| {
            let exposed = stack.exposed();
            let changes: Vec<Markup> = stack
                .changes
                .iter()
                .map(|change| {
                    number += 1;
                    let severity = stack.severity(change, &exposed);
                    // Once there is no room, no more is made only to be measured.
                    let arguments = (room > 0).then(|| arguments(change)).filter(|it| it.0.len() <= room);
                    room = arguments.as_ref().map_or(0, |it| room - it.0.len());
                    without += usize::from(arguments.is_none());
                    entry(Entry { stack, change, severity, number }, arguments, anchors)
                })
                .collect();
            group(stack, &changes)
        })
        .collect();
    html! {
        section #changes tabindex="-1" {
            h2 { "Changes" }
            (filters(page, count))
            @if without > 0 { p { "The arguments of " (without) " changes have no room here: `plan` shows them." } }
            @for stack in stacks { (stack) }
        }
    }
}

fn filters(page: &Page, count: usize) -> Markup {
    let words: BTreeSet<&str> = page.stacks.iter().flat_map(|it| &it.changes).map(Change::word).collect();
    html! {
        form #filters hidden role="search" aria-label="Changes" {
            label { "Search " input #search type="search" autocomplete="off" spellcheck="false"; }
            label { "Stack " select #stack {
                option value="" { "all" }
                @for stack in page.stacks.iter().filter(|it| !it.changes.is_empty()) { option value=(text(&stack.name)) { (text(&stack.name)) } }
            } }
            label { "Kind " select #kind {
                option value="" { "all" }
                @for word in words { option value=(word) { (word) } }
            } }
            label { "Severity " select #severity {
                option value="" { "all" }
                option value="high" { "high" }
                option value="medium" { "medium or high" }
            } }
            button #open type="button" { "Open all" }
            button #close type="button" { "Close all" }
            output #count { (count) " of " (count) }
        }
    }
}

fn group(stack: &StackPage, changes: &[Markup]) -> Markup {
    html! {
        section.stack {
            h3 { (text(&stack.name)) " " small { (text(&stack.status)) } }
            @for change in changes { (change) }
        }
    }
}

struct Entry<'a> {
    stack: &'a StackPage,
    change: &'a Change,
    severity: Severity,
    number: usize,
}

fn entry(entry: Entry<'_>, arguments: Option<Markup>, anchors: &Anchors<'_>) -> Markup {
    let Entry { stack, change, severity, number } = entry;
    let word = change.word();
    html! {
        details.change id={ "c" (number) } data-stack=(text(&stack.name)) data-kind=(word) data-severity=(severity.word()) {
            summary {
                span class={ "tag is-" (word.split(' ').next().unwrap_or_default()) } { (word) } " "
                span.address { (text(&change.address)) }
                @if !change.replaced_for.is_empty() { " for " (text(&change.replaced_for.join(", "))) }
                @if let Some(from) = &change.moved_from { " was " (text(from)) }
                @if severity == Severity::High && change.moment == Moment::Apply { " " span.tag.opens { "high" } }
            }
            @if let Some(source) = &change.source { p.source { "Made by " (link(source)) } }
            @if let Some(arguments) = arguments { (arguments) }
            @if !change.users.is_empty() {
                p.users {
                    "Used by "
                    @for (at, (stack, address)) in change.users.iter().take(USERS).enumerate() {
                        @if at > 0 { ", " }
                        (place(anchors, stack, address))
                    }
                    @if change.users.len() > USERS { " and " (change.users.len() - USERS) " more" }
                }
            }
        }
    }
}

fn arguments(change: &Change) -> Markup {
    html! {
        @if !change.arguments.is_empty() {
            dl {
                @for argument in &change.arguments {
                    @if !argument.path.is_empty() { dt { (text(&argument.path)) } } @else { dt { "value" } }
                    dd { (values::of(argument)) }
                }
            }
        }
    }
}
