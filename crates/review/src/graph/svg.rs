//! Scalable vector graphics.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::graph::layout::{LABEL, Layout, NODE_HEIGHT, Spacing, TITLE};
use crate::graph::picture::{Graph, Group, Level, Mark, Node};
use crate::graph::rect::Rect;
use crate::graph::routes::{self, Route, Routes};
use formwork_schema::facts::Category;

/// How much room lines get: more if they do not find their ways.
const SPACINGS: [Spacing; 4] = [
    Spacing { column: 48, row: 24, padding: 16 },
    Spacing { column: 64, row: 32, padding: 24 },
    Spacing { column: 96, row: 48, padding: 32 },
    Spacing { column: 144, row: 72, padding: 40 },
];

pub(crate) fn write(graph: &Graph, marks: &BTreeMap<usize, Mark>) -> String {
    let (layout, routes) = drawn(graph);
    let (width, height) = (layout.width, layout.height);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" font-family=\"Helvetica, Arial, sans-serif\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n"
    );
    for (group, rect) in &layout.groups {
        write_group(group, rect, &mut text);
    }
    let colors: BTreeMap<usize, &str> =
        layout.nodes.iter().map(|(node, _)| (node.number, color(node.category))).collect();
    for line in &routes.lines {
        write_line(line, colors[&line.to], &mut text);
    }
    for (node, rect) in &layout.nodes {
        match marks.get(&node.number) {
            Some(mark) => write_marked(node, rect, mark, &mut text),
            None => write_node(node, rect, &mut text),
        }
    }
    text.push_str("</svg>\n");
    text
}

/// The picture with the least room in which no two lines to different nodes share a lane, or at least few do.
pub(crate) fn drawn(graph: &Graph) -> (Layout<'_>, Routes) {
    let mut best: Option<(Layout<'_>, Routes)> = None;
    for spacing in SPACINGS {
        let layout = Layout::of(graph, spacing);
        let routes = routes::of(&layout, &graph.edges);
        let clashes = routes.clashes;
        if best.as_ref().is_none_or(|(_, best)| clashes < best.clashes) {
            best = Some((layout, routes));
        }
        if clashes == 0 {
            break;
        }
    }
    best.unwrap_or_else(|| (Layout::of(graph, SPACINGS[0]), Routes::default()))
}

fn write_group(group: &Group, rect: &Rect, text: &mut String) {
    let (fill, stroke, dash) = match group.level {
        Level::Stack => ("#f7f8f9", "#8a949c", ""),
        Level::Network => ("#f3effb", "#8c6bc8", ""),
        Level::Subnets => ("#faf8fe", "#b49ddb", " stroke-dasharray=\"5 4\""),
        Level::Module => ("none", "#c2c9ce", " stroke-dasharray=\"2 3\""),
    };
    let Rect { x, y, width, height } = *rect;
    let (left, base, title) = (x + 12, y + TITLE - 6, escape(&group.title));
    // Writing to a string does not fail.
    let _ = writeln!(
        text,
        "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"{fill}\" \
         stroke=\"{stroke}\"{dash}/><text x=\"{left}\" y=\"{base}\" font-size=\"13\" font-weight=\"bold\" \
         fill=\"#3a444c\">{title}</text>"
    );
}

fn write_node(node: &Node, rect: &Rect, text: &mut String) {
    let color = color(node.category);
    let Rect { x, y, width, .. } = *rect;
    let left = x + 12;
    let full = format!("{} {}", escape(&node.service), escape(&node.label));
    let _ = write!(
        text,
        "<g data-thing=\"{}\"><title>{full}</title><rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{NODE_HEIGHT}\" rx=\"6\" \
         fill=\"#ffffff\" stroke=\"{color}\" stroke-width=\"1.5\"/><rect x=\"{x}\" y=\"{y}\" width=\"5\" \
         height=\"{NODE_HEIGHT}\" rx=\"2\" fill=\"{color}\"/>",
        node.number,
    );
    let lines = [
        (18, 11, "bold", color, Some(escape(&shortened(&node.service)))),
        (34, 12, "normal", "#1f262b", Some(escape(&shortened(&node.label)))),
        (50, 10, "normal", "#6a757d", node.note.clone()),
    ];
    for (down, size, weight, color, line) in lines {
        if let Some(line) = line {
            let base = y + down;
            let _ = write!(
                text,
                "<text x=\"{left}\" y=\"{base}\" font-size=\"{size}\" font-weight=\"{weight}\" \
                 fill=\"{color}\">{line}</text>"
            );
        }
    }
    text.push_str("</g>\n");
}

/// A node with a border and a word around it, which is a link.
fn write_marked(node: &Node, rect: &Rect, mark: &Mark, text: &mut String) {
    let Rect { x, y, width, .. } = *rect;
    let Mark { color, word, href } = mark;
    let (word, href) = (escape(word), escape(href));
    let _ = write!(
        text,
        "<a href=\"{href}\"><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"9\" \
         fill=\"{color}\" fill-opacity=\"0.18\" stroke=\"{color}\" stroke-width=\"3\"/>",
        x - 4,
        y - 4,
        width + 8,
        NODE_HEIGHT + 8,
    );
    write_node(node, rect, text);
    let _ = writeln!(
        text,
        "<text x=\"{}\" y=\"{}\" font-size=\"10\" font-weight=\"bold\" text-anchor=\"end\" fill=\"{color}\">{word}</text></a>",
        x + width - 8,
        y + NODE_HEIGHT - 6,
    );
}

/// A line with round corners and an arrow at its end, in the colour of the node that it leads to.
fn write_line(line: &Route, color: &str, text: &mut String) {
    let (Some(first), Some(last)) = (line.corners.first(), line.corners.last()) else { return };
    let toward = |from: (i32, i32), to: (i32, i32)| ((to.0 - from.0).signum(), (to.1 - from.1).signum());
    let mut path = format!("M{} {}", first.0, first.1);
    for corner in line.corners.windows(3) {
        let (into, out) = (toward(corner[1], corner[0]), toward(corner[1], corner[2]));
        let length = |one: (i32, i32), other: (i32, i32)| (one.0 - other.0).abs() + (one.1 - other.1).abs();
        let radius = length(corner[0], corner[1]).min(length(corner[1], corner[2])).min(12) / 2;
        let (x, y) = corner[1];
        let _ = write!(
            path,
            "L{} {}Q{x} {y} {} {}",
            x + into.0 * radius,
            y + into.1 * radius,
            x + out.0 * radius,
            y + out.1 * radius
        );
    }
    let before = line.corners.len().checked_sub(2).map_or(*first, |before| line.corners[before]);
    let (right, down) = toward(before, *last);
    // The line ends within the arrow, whose tip is on the border.
    let _ = write!(path, "L{} {}", last.0 - 4 * right, last.1 - 4 * down);
    let (x, y) = (last.0 - 8 * right, last.1 - 8 * down);
    let _ = writeln!(
        text,
        "<path class=\"line\" data-from=\"{}\" data-to=\"{}\" d=\"{path}\" fill=\"none\" stroke=\"{color}\" \
         stroke-width=\"1.4\"/><path d=\"M{} {}L{} {}L{} {}z\" fill=\"{color}\"/>",
        line.from,
        line.to,
        x - 4 * down,
        y - 4 * right,
        last.0,
        last.1,
        x + 4 * down,
        y + 4 * right,
    );
}

const fn color(category: Category) -> &'static str {
    match category {
        Category::Entry => "#7b3fb8",
        Category::Compute => "#c75b12",
        Category::Messaging => "#b0357a",
        Category::Data => "#2b5fb3",
        Category::Network => "#5d6fa8",
        Category::Security => "#a33232",
        Category::Delivery => "#24292f",
        Category::Observability => "#39783a",
        Category::Other => "#5b6770",
    }
}

fn shortened(text: &str) -> String {
    if text.chars().count() > LABEL {
        text.chars().take(LABEL - 1).chain(['…']).collect()
    } else {
        text.to_owned()
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            character if character.is_control() => escaped.push(' '),
            character => escaped.push(character),
        }
    }
    escaped
}
