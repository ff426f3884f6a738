//! Graphviz's DOT language.

use std::fmt::Write;

use crate::graph::picture::{Graph, Group};

pub(crate) fn write(graph: &Graph) -> String {
    let mut text = String::from(
        "digraph architecture {\n  rankdir=LR;\n  compound=true;\n  node [shape=box, style=\"rounded,filled\", \
         fillcolor=white, fontname=\"Helvetica\"];\n  graph [fontname=\"Helvetica\"];\n",
    );
    let mut boxes = 0;
    for group in &graph.groups {
        write_group(group, 1, &mut boxes, &mut text);
    }
    for (from, to) in &graph.edges {
        // Writing to a string does not fail.
        let _ = writeln!(text, "  n{from} -> n{to};");
    }
    text.push_str("}\n");
    text
}

fn write_group(group: &Group, depth: usize, boxes: &mut usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    let _ =
        writeln!(text, "{indent}subgraph cluster_{boxes} {{\n{indent}  label=\"{}\";", escape(&group.title));
    *boxes += 1;
    if group.groups.is_empty() && group.nodes.is_empty() {
        // Graphviz leaves out boxes without nodes.
        let _ = writeln!(text, "{indent}  empty_{boxes} [style=invis];");
    }
    for inner in &group.groups {
        write_group(inner, depth + 1, boxes, text);
    }
    for node in &group.nodes {
        let lines = [Some(node.service.clone()), Some(node.label.clone()), node.note.clone()];
        let lines: Vec<String> = lines.into_iter().flatten().map(|line| escape(&line)).collect();
        let _ = writeln!(text, "{indent}  n{} [label=\"{}\"];", node.number, lines.join("\\n"));
    }
    let _ = writeln!(text, "{indent}}}");
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace(char::is_control, " ")
}
