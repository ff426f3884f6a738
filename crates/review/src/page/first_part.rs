//! What to look at first: risk, cost, access, exposure, findings.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::action::Action;
use crate::exposure::{ExposureChange, ExposureKind};
use crate::iam::{AccessChange, AccessKind, Effect, Permission};
use crate::impact::CostChange;
use crate::page::html::{link, text};
use crate::page::model::{Level, Moment, Page};

/// How many lines a list has; what does not fit is counted.
const MOST: usize = 400;

type Anchors<'a> = BTreeMap<(&'a str, &'a str), String>;

pub(super) fn of(page: &Page, anchors: &Anchors<'_>) -> Markup {
    html! {
        div.first {
            (risk(page, anchors))
            (cost(page))
            (access(page, anchors))
            (exposure(page, anchors))
            (findings(page))
        }
    }
}

/// A stack and an address, which lead to the change if there is one.
pub(super) fn place(anchors: &Anchors<'_>, stack: &str, address: &str) -> Markup {
    let shown = format!("{} / {}", text(stack), text(address));
    html! {
        @match anchors.get(&(stack, address)) {
            Some(anchor) => a href={ "#" (anchor) } { (shown) },
            None => span { (shown) },
        }
    }
}

fn risk(page: &Page, anchors: &Anchors<'_>) -> Markup {
    let changes = || {
        let all = page.stacks.iter().flat_map(|stack| stack.changes.iter().map(move |it| (stack, it)));
        all.filter(|(_, it)| it.moment == Moment::Apply && !it.type_name.is_empty())
    };
    let count = |action| changes().filter(|(_, it)| it.action == action).count();
    let counts = [
        (Action::Replace, "replaced"),
        (Action::Destroy, "destroyed"),
        (Action::Forget, "forgotten"),
        (Action::Update, "changed"),
        (Action::Create, "added"),
        (Action::Import, "imported"),
        (Action::Move, "moved"),
    ];
    let gone: Vec<_> =
        changes().filter(|(_, it)| matches!(it.action, Action::Replace | Action::Destroy)).collect();
    let hooks: Vec<_> =
        page.stacks.iter().flat_map(|stack| stack.hooks.iter().map(move |it| (stack, it))).collect();
    html! {
        section #risk {
            h2 { "Risk" }
            ul.counts {
                @for (action, word) in counts {
                    @let count = count(action);
                    @if count > 0 { li class={ "is-" (word) } { strong { (count) } " " (word) } }
                }
                @if changes().next().is_none() { li { "nothing changes" } }
            }
            @for stack in &page.stacks {
                @for loss in &stack.impact.losses {
                    p.loss { strong { "Loses " (text(&loss.what)) } ": " (place(anchors, &stack.name, &loss.address)) }
                }
            }
            @if !gone.is_empty() {
                ul {
                    @for (stack, change) in gone.iter().take(MOST) {
                        li {
                            span class={ "tag is-" (change.word()) } { (change.word()) } " "
                            (place(anchors, &stack.name, &change.address))
                            @if !change.replaced_for.is_empty() { ", for " (text(&change.replaced_for.join(", "))) }
                        }
                    }
                    (more(gone.len()))
                }
            }
            @if !hooks.is_empty() {
                h3 { "Runs around the apply" }
                ul { @for (stack, hook) in hooks { li { (text(&stack.name)) ": " code { (text(hook)) } } } }
            }
        }
    }
}

fn more(count: usize) -> Markup {
    html! { @if count > MOST { li { "and " (count - MOST) " more" } } }
}

fn cost(page: &Page) -> Markup {
    let costs: Vec<(&str, &CostChange)> =
        page.stacks.iter().filter_map(|it| Some((it.name.as_str(), it.impact.cost.as_ref()?))).collect();
    let Some((_, first)) = costs.first() else {
        return html! { section #cost { h2 { "Cost" } p { "Nothing that is paid for changes." } } };
    };
    let sum = |amount: fn(&CostChange) -> f64| costs.iter().fold(0.0, |sum, (_, one)| sum + amount(one));
    let row = |name: &str, before: f64, after: f64| {
        html! {
            th scope="row" { (text(name)) }
            td { (format!("{before:.2}")) } td { (format!("{after:.2}")) } td { (format!("{:+.2}", after - before)) }
        }
    };
    html! {
        section #cost {
            h2 { "Cost" }
            table {
                caption { "A month in " (first.currency) ", by list prices and the assumed use" }
                thead { tr { th scope="col" { "stack" } th scope="col" { "before" } th scope="col" { "after" } th scope="col" { "change" } } }
                tbody { @for (name, cost) in &costs { tr { (row(name, cost.before, cost.after)) } } }
                @if costs.len() > 1 { tfoot { tr { (row("all", sum(|it| it.before), sum(|it| it.after))) } } }
            }
            @for (name, cost) in &costs {
                @for region in &cost.regions_without_prices {
                    p { (text(name)) ": there are no prices of the region " (text(region)) "." }
                }
                @if !cost.unknown.is_empty() {
                    details {
                        summary { (text(name)) ": not known of " (cost.unknown.len()) }
                        ul { @for (address, reason) in cost.unknown.iter().take(MOST) { li { code { (text(address)) } ": " (text(reason)) } } (more(cost.unknown.len())) }
                    }
                }
            }
        }
    }
}

fn access(page: &Page, anchors: &Anchors<'_>) -> Markup {
    let mut all: Vec<(&str, &AccessChange)> = page
        .stacks
        .iter()
        .flat_map(|stack| stack.impact.access.iter().map(|it| (stack.name.as_str(), it)))
        .collect();
    all.sort_by_key(|(_, it)| (!it.opens(), it.kind));
    html! {
        section #access {
            h2 { "Access" }
            @if all.is_empty() { p { "Nobody may do more or less than before." } } @else {
                p { "Who may do what, by the policies that change; what others permit or forbid is not seen." }
                ul.access {
                    @for (stack, change) in all.iter().take(MOST) { li { (access_line(change)) " " (place(anchors, stack, &change.address)) } }
                    (more(all.len()))
                }
            }
        }
    }
}

fn access_line(change: &AccessChange) -> Markup {
    let word = match change.kind {
        AccessKind::Gained => "gained",
        AccessKind::Widened => "widened",
        AccessKind::Unknown => "known after apply",
        AccessKind::Narrowed => "narrowed",
        AccessKind::Lost => "lost",
    };
    html! {
        span class={ "tag " @if change.opens() { "opens" } @else { "closes" } } { (word) } " "
        @match &change.permission {
            Some(it) => (permission(it)),
            None => { "what a policy says: " code { (text(&change.argument)) } },
        }
        @if !change.note.is_empty() { " " em { "(" (text(&change.note)) ")" } }
    }
}

fn permission(permission: &Permission) -> Markup {
    let may = match permission.effect {
        Effect::Allow => " may ",
        Effect::Deny => " must not ",
    };
    html! {
        b { (text(&permission.principals.to_string())) } (may)
        code { (text(&permission.actions.to_string())) } " on " code { (text(&permission.resources.to_string())) }
        @for condition in permission.conditions() { " if " code { (text(&condition)) } }
    }
}

fn exposure(page: &Page, anchors: &Anchors<'_>) -> Markup {
    let mut all: Vec<(&str, &ExposureChange)> = page
        .stacks
        .iter()
        .flat_map(|stack| stack.impact.exposure.iter().map(|it| (stack.name.as_str(), it)))
        .collect();
    all.sort_by_key(|(_, it)| it.kind);
    html! {
        section #exposure {
            h2 { "Exposure" }
            @if all.is_empty() { p { "Nothing can be reached that could not before." } } @else {
                ul.exposure {
                    @for (stack, change) in all.iter().take(MOST) {
                        @let (word, class) = match change.kind {
                            ExposureKind::Gained => ("reachable", "opens"),
                            ExposureKind::Unknown => ("known after apply", "opens"),
                            ExposureKind::Lost => ("not any more", "closes"),
                        };
                        li {
                            span class={ "tag " (class) } { (word) } " "
                            b { (text(&change.what)) } " from " code { (text(&change.from)) } " "
                            (place(anchors, stack, &change.address))
                        }
                    }
                    (more(all.len()))
                }
            }
        }
    }
}

fn findings(page: &Page) -> Markup {
    let mut all: Vec<_> = page.findings.iter().collect();
    all.sort_by_key(|it| it.level);
    html! {
        section #findings {
            h2 { "Findings" }
            @if all.is_empty() { p { "Nothing was found." } } @else {
                ul {
                    @for finding in all.iter().take(MOST) {
                        li {
                            @match finding.level {
                                Level::Error => span.tag.opens { "error" },
                                Level::Warning => span.tag.warning { "warning" },
                            }
                            " " (text(&finding.subject)) ": " (text(&finding.message))
                            @if let Some(source) = &finding.source { " " (link(source)) }
                        }
                    }
                    (more(all.len()))
                }
            }
            @if !page.waivers.is_empty() {
                details {
                    summary { (page.waivers.len()) " waived" }
                    ul {
                        @for waived in &page.waivers {
                            li {
                                code { (text(&waived.rule)) } " of " (text(&waived.subject)) ": " (text(&waived.reason))
                                @if let Some(source) = &waived.source { " " (link(source)) }
                            }
                        }
                    }
                }
            }
        }
    }
}
