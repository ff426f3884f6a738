use super::*;
use formwork_schema::facts::Category;

fn node(number: usize) -> Node {
    Node {
        number,
        category: Category::Other,
        service: "Queue".into(),
        label: format!("queue {number}"),
        note: None,
        members: Vec::new(),
    }
}

#[test]
fn nothing_overlaps_and_all_is_within_its_box() {
    let group = |title: &str, numbers: std::ops::Range<usize>| Group {
        title: title.into(),
        nodes: numbers.map(node).collect(),
        ..Group::default()
    };
    let outer = Group {
        groups: vec![group("inner", 0..40)],
        nodes: (40..45).map(node).collect(),
        ..Group::default()
    };
    // A circle, a chain, and many that stand alone.
    let edges = BTreeSet::from([(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (41, 3), (60, 41)]);
    let graph = Graph { groups: vec![outer, group("other", 45..130)], edges };
    let layout = Layout::of(&graph, Spacing { column: 48, row: 24, padding: 16 });
    assert_eq!(layout.nodes.len(), 130);
    let overlap = |a: &Rect, b: &Rect| {
        a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
    };
    for (index, (node, rect)) in layout.nodes.iter().enumerate() {
        let clashes = layout.nodes[..index].iter().filter(|(_, other)| overlap(rect, other)).count();
        assert_eq!(clashes, 0, "{node:?} at {rect:?}");
        let around = layout.groups.iter().find(|(group, _)| group.nodes.contains(node)).expect("has a box").1;
        let is_within = rect.x > around.x
            && rect.y >= around.y + TITLE
            && rect.x + rect.width < around.x + around.width
            && rect.y + rect.height < around.y + around.height;
        assert!(is_within, "{node:?} at {rect:?} in {around:?}");
    }
    assert!(layout.width < 3 * layout.height, "{} by {}", layout.width, layout.height);
}

#[test]
fn edges_go_from_left_to_right() {
    let stack = Group { nodes: (0..4).map(node).collect(), ..Group::default() };
    let graph = Graph { groups: vec![stack], edges: BTreeSet::from([(2, 0), (0, 3), (3, 1)]) };
    let layout = Layout::of(&graph, Spacing { column: 48, row: 24, padding: 16 });
    let mut nodes = layout.nodes;
    nodes.sort_by_key(|(_, rect)| rect.x);
    assert_eq!(nodes.iter().map(|(node, _)| node.number).collect::<Vec<_>>(), [2, 0, 3, 1]);
}
