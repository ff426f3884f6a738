use super::*;

use crate::graph::layout::Spacing;
use crate::graph::layout::{TITLE, title_width};
use crate::graph::picture::{Graph, Group, Level, Node};
use crate::graph::svg;
use formwork_schema::facts::Category;

/// Numbers that look like chance and are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

fn group(title: &str, level: Level) -> Group {
    Group { title: title.into(), level, ..Group::default() }
}

/// Stacks with a network of two tiers and modules, things in all of them and arrows in any direction.
fn random_graph(things: usize, arrows: usize, numbers: &mut Numbers) -> Graph {
    let mut groups: Vec<Group> = (0..1 + things / 20)
        .map(|index| {
            let mut stack = group(&format!("shop-environment-{index}"), Level::Stack);
            let mut network = group("VPC shop", Level::Network);
            network.groups.push(group("private subnets", Level::Subnets));
            network.groups.push(group("public subnets", Level::Subnets));
            stack.groups = vec![network, group("front", Level::Module), group("messages", Level::Module)];
            stack
        })
        .collect();
    for number in 0..things {
        let label = "orders-".repeat(1 + numbers.below(5));
        let node = Node {
            number,
            category: Category::Data,
            service: "Queue".into(),
            label,
            note: None,
            members: Vec::new(),
        };
        let count = groups.len();
        let stack = &mut groups[numbers.below(count)];
        match numbers.below(5) {
            0 => stack.nodes.push(node),
            1 => stack.groups[0].groups[0].nodes.push(node),
            2 => stack.groups[0].groups[1].nodes.push(node),
            module => stack.groups[module - 2].nodes.push(node),
        }
    }
    let mut any = || numbers.below(things);
    let edges = (0..arrows).map(|_| (any(), any())).filter(|(from, to)| from != to).collect();
    Graph { groups, edges }
}

/// The rectangle around two points.
fn between(one: (i32, i32), other: (i32, i32)) -> Rect {
    Rect {
        x: one.0.min(other.0),
        y: one.1.min(other.1),
        width: (one.0 - other.0).abs(),
        height: (one.1 - other.1).abs(),
    }
}

fn overlap(a: &Rect, b: &Rect) -> bool {
    a.x <= b.x + b.width && b.x <= a.x + a.width && a.y <= b.y + b.height && b.y <= a.y + a.height
}

/// What is wrong with a picture.
fn faults(layout: &Layout<'_>, routes: &Routes) -> Vec<String> {
    let mut faults = Vec::new();
    let titles: Vec<(&str, Rect)> = layout
        .groups
        .iter()
        .map(|(group, rect)| {
            let width = title_width(group);
            (group.title.as_str(), Rect { x: rect.x + 12, y: rect.y + 4, width, height: TITLE - 4 })
        })
        .collect();
    for (node, rect) in &layout.nodes {
        for (title, around) in titles.iter().filter(|(_, around)| overlap(rect, around)) {
            faults.push(format!("{} covers the title {title} at {around:?}", node.number));
        }
    }
    for line in &routes.lines {
        let name = format!("{} -> {}", line.from, line.to);
        if line.corners.len() < 2 {
            faults.push(format!("{name} has no way"));
        }
        for ends in line.corners.windows(2) {
            let part = between(ends[0], ends[1]);
            if part.width != 0 && part.height != 0 {
                faults.push(format!("{name} goes aslant at {part:?}"));
            }
            let foreign =
                layout.nodes.iter().filter(|(node, _)| ![line.from, line.to].contains(&node.number));
            for (node, rect) in foreign.filter(|(_, rect)| overlap(&part, rect)) {
                faults.push(format!("{name} goes through {} at {rect:?}", node.number));
            }
            for (title, _) in titles.iter().filter(|(_, rect)| overlap(&part, rect)) {
                faults.push(format!("{name} goes through the title {title}"));
            }
        }
        let rect_of = |number| layout.nodes.iter().find(|(node, _)| node.number == number).unwrap().1;
        for (end, rect) in
            [(line.corners.first(), rect_of(line.from)), (line.corners.last(), rect_of(line.to))]
        {
            let inside = |at: i32, start: i32, length: i32| at > start && at < start + length;
            let is_on_border = end.is_some_and(|(x, y)| {
                ([rect.x, rect.x + rect.width].contains(x) && inside(*y, rect.y, rect.height))
                    || ([rect.y, rect.y + rect.height].contains(y) && inside(*x, rect.x, rect.width))
            });
            if !is_on_border {
                faults.push(format!("{name} does not end at the border of {rect:?}"));
            }
        }
    }
    faults
}

#[test]
fn lines_pass_by_all_that_they_do_not_join() {
    let mut numbers = Numbers(7);
    for (things, arrows) in [(2, 2), (8, 12), (20, 25), (60, 40)] {
        let graph = random_graph(things, arrows, &mut numbers);
        let (layout, routes) = svg::drawn(&graph);
        assert_eq!(faults(&layout, &routes), [] as [&str; 0], "{things} things and {arrows} arrows");
        assert_eq!(routes.clashes, 0, "{things} things and {arrows} arrows");
        assert_eq!(routes.lines.len(), graph.edges.len());
    }
}

#[test]
fn lines_find_their_ways_also_where_there_is_little_room() {
    let graph = random_graph(12, 60, &mut Numbers(3));
    let layout = Layout::of(&graph, Spacing { column: 16, row: 16, padding: 16 });
    let routes = of(&layout, &graph.edges);
    assert_eq!(faults(&layout, &routes), [] as [&str; 0]);
}
