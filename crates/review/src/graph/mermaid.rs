//! Mermaid's flowcharts.

use std::fmt::Write;

use crate::graph::picture::{Graph, Group, Node};

pub(crate) fn write(graph: &Graph) -> String {
    let mut text = String::from("flowchart LR\n");
    let mut boxes = 0;
    for group in &graph.groups {
        write_group(group, 1, &mut boxes, &mut text);
    }
    for (from, to) in &graph.edges {
        // Writing to a string does not fail.
        let _ = writeln!(text, "  n{from} --> n{to}");
    }
    text
}

fn write_group(group: &Group, depth: usize, boxes: &mut usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    let _ = writeln!(text, "{indent}subgraph g{boxes}[\"{}\"]", escape(&group.title));
    *boxes += 1;
    for inner in &group.groups {
        write_group(inner, depth + 1, boxes, text);
    }
    for node in &group.nodes {
        write_node(node, &indent, text);
    }
    let _ = writeln!(text, "{indent}end");
}

fn write_node(node: &Node, indent: &str, text: &mut String) {
    let note = node.note.as_ref().map(|note| format!("<br/><small>{note}</small>")).unwrap_or_default();
    let (service, label) = (escape(&node.service), escape(&node.label));
    let _ = writeln!(text, "{indent}  n{}[\"<b>{service}</b><br/>{label}{note}\"]", node.number);
}

/// Mermaid writes entities with `#` in the place of `&`.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '#' | '&' | '<' | '>' | '"' | '`' | '\\' => {
                let _ = write!(escaped, "#{};", u32::from(character));
            }
            character if character.is_control() => escaped.push(' '),
            character => escaped.push(character),
        }
    }
    escaped
}
