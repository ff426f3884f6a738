//! Scalable vector graphics.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::graph::kinds::Category;
use crate::graph::layout::{LABEL, Layout, NODE_HEIGHT, Place, TITLE};
use crate::graph::{Graph, Group, Level, Node};

pub(crate) fn write(graph: &Graph) -> String {
    let layout = Layout::of(graph);
    let (width, height) = (layout.width, layout.height);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" font-family=\"Helvetica, Arial, sans-serif\">\n\
         <defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" \
         orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#5b6770\"/></marker></defs>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n"
    );
    for (group, place) in &layout.groups {
        write_group(group, place, &mut text);
    }
    let places: BTreeMap<usize, &Place> =
        layout.nodes.iter().map(|(node, place)| (node.number, place)).collect();
    for (from, to) in &graph.edges {
        if let (Some(from), Some(to)) = (places.get(from), places.get(to)) {
            write_edge(from, to, &mut text);
        }
    }
    for (node, place) in &layout.nodes {
        write_node(node, place, &mut text);
    }
    text.push_str("</svg>\n");
    text
}

fn write_group(group: &Group, place: &Place, text: &mut String) {
    let (fill, stroke, dash) = match group.level {
        Level::Stack => ("#f7f8f9", "#8a949c", ""),
        Level::Network => ("#f3effb", "#8c6bc8", ""),
        Level::Subnets => ("#faf8fe", "#b49ddb", " stroke-dasharray=\"5 4\""),
        Level::Module => ("none", "#c2c9ce", " stroke-dasharray=\"2 3\""),
    };
    let Place { x, y, width, height } = *place;
    let (left, base, title) = (x + 12, y + TITLE - 6, escape(&group.title));
    // Writing to a string does not fail.
    let _ = writeln!(
        text,
        "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"{fill}\" \
         stroke=\"{stroke}\"{dash}/><text x=\"{left}\" y=\"{base}\" font-size=\"13\" font-weight=\"bold\" \
         fill=\"#3a444c\">{title}</text>"
    );
}

fn write_node(node: &Node, place: &Place, text: &mut String) {
    let color = match node.category {
        Category::Entry => "#7b3fb8",
        Category::Compute => "#c75b12",
        Category::Messaging => "#b0357a",
        Category::Data => "#2b5fb3",
        Category::Network => "#5d6fa8",
        Category::Security => "#a33232",
        Category::Delivery => "#24292f",
        Category::Observability => "#39783a",
        Category::Other => "#5b6770",
    };
    let Place { x, y, width, .. } = *place;
    let left = x + 12;
    let full = format!("{} {}", escape(&node.service), escape(&node.label));
    let _ = write!(
        text,
        "<g><title>{full}</title><rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{NODE_HEIGHT}\" rx=\"6\" \
         fill=\"#ffffff\" stroke=\"{color}\" stroke-width=\"1.5\"/><rect x=\"{x}\" y=\"{y}\" width=\"5\" \
         height=\"{NODE_HEIGHT}\" rx=\"2\" fill=\"{color}\"/>"
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

/// A curve from the side of one node to the side of the other.
fn write_edge(from: &Place, to: &Place, text: &mut String) {
    let middle = |place: &Place| place.y + NODE_HEIGHT / 2;
    let (start, end) = (middle(from), middle(to));
    let path = if to.x >= from.x + from.width {
        let (left, right) = (from.x + from.width, to.x);
        let bend = ((right - left) / 2).clamp(20, 160);
        format!("M{left} {start}C{} {start} {} {end} {right} {end}", left + bend, right - bend)
    } else if to.x + to.width <= from.x {
        let (left, right) = (from.x, to.x + to.width);
        let bend = ((left - right) / 2).clamp(20, 160);
        format!("M{left} {start}C{} {start} {} {end} {right} {end}", left - bend, right + bend)
    } else {
        // One above the other: around the right side.
        let (one, other) = (from.x + from.width, to.x + to.width);
        let bend = one.max(other) + 28;
        format!("M{one} {start}C{bend} {start} {bend} {end} {other} {end}")
    };
    let _ = writeln!(
        text,
        "<path d=\"{path}\" fill=\"none\" stroke=\"#5b6770\" stroke-opacity=\"0.65\" marker-end=\"url(#arrow)\"/>"
    );
}

fn shortened(text: &str) -> String {
    match text.chars().count() > LABEL {
        true => text.chars().take(LABEL - 1).chain(['…']).collect(),
        false => text.to_owned(),
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
