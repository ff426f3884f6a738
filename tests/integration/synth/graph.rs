//! `graph`: pictures of stacks.

use crate::support::TestEnv;
use insta::assert_snapshot;

#[test]
fn stacks_are_drawn_in_three_languages() {
    let env = TestEnv::new();
    let mermaid = env.run(&["graph", "pages", "alerts"]);
    assert_eq!((mermaid.code, mermaid.stderr.as_str()), (0, ""));
    assert_snapshot!(mermaid.stdout, @r#"
        flowchart LR
          subgraph g0["alerts"]
            n0["<b>SNS topic</b><br/>shop-alerts"]
          end
          subgraph g1["pages"]
            n1["<b>S3 bucket</b><br/>pages.example.com"]
          end
        "#);
    let dot = env.run(&["graph", "pages", "--format", "dot"]).stdout;
    assert_snapshot!(dot, @r#"
        digraph architecture {
          rankdir=LR;
          compound=true;
          node [shape=box, style="rounded,filled", fillcolor=white, fontname="Helvetica"];
          graph [fontname="Helvetica"];
          subgraph cluster_0 {
            label="pages";
            n0 [label="S3 bucket\npages.example.com"];
          }
        }
        "#);
    let svg = env.run(&["graph", "--format", "svg"]).stdout;
    let document = roxmltree::Document::parse(&svg).unwrap();
    let titles: Vec<_> = document.descendants().filter(|node| node.has_tag_name("title")).collect();
    let titles: Vec<_> = titles.iter().filter_map(|title| title.text()).collect();
    assert_eq!(
        titles,
        ["SNS topic shop-alerts", "S3 bucket pages.example.com", "CloudWatch log group /shop/worker"]
    );
}

#[test]
fn a_comment_shows_the_picture() {
    let env = TestEnv::new();
    let ran = env.run(&["graph", "pages", "--markdown"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert_snapshot!(ran.stdout, @r#"

        <details><summary>Picture of pages</summary>

        ```mermaid
        flowchart LR
          subgraph g0["pages"]
            n0["<b>S3 bucket</b><br/>pages.example.com"]
          end
        ```

        </details>
        "#);
}

#[test]
fn a_picture_is_written_whole() {
    let env = TestEnv::new();
    let ran = env.run(&["graph", "--out", "docs/architecture.md"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""));
    assert_snapshot!(ran.stderr, @"Drew docs/architecture.md");
    assert!(env.read("docs/architecture.md").starts_with("flowchart LR\n"));
    let again = env.run(&["graph", "--out", "docs/architecture.md"]);
    assert_snapshot!(again.stderr, @"Unchanged docs/architecture.md");
}

#[test]
fn an_empty_stack_is_an_empty_box() {
    let env = TestEnv::new();
    let mermaid = env.run_as("empty", &["graph"]);
    assert_eq!(mermaid.code, 0);
    assert_snapshot!(mermaid.stderr, @"pages has nothing in it to draw: its box is empty");
    assert_snapshot!(mermaid.stdout, @r#"
        flowchart LR
          subgraph g0["pages"]
          end
        "#);
    let svg = env.run_as("empty", &["graph", "--format", "svg"]).stdout;
    let document = roxmltree::Document::parse(&svg).unwrap();
    let text: Vec<_> = document.descendants().filter_map(|node| node.text()).map(str::trim).collect();
    assert!(text.contains(&"pages"), "{svg}");
    let dot = env.run_as("empty", &["graph", "--format", "dot"]).stdout;
    assert!(dot.contains("empty_1 [style=invis]"), "{dot}");
}

#[test]
fn what_cannot_be_drawn_is_said() {
    let env = TestEnv::new();
    let ran = env.run(&["graph", "page"]);
    assert_eq!(ran.code, 2);
    assert_snapshot!(ran.stderr, @r#"
        error: no stack matches `page`
          hint: did you mean `pages`?
        "#);
    let ran = env.run_as("broken", &["graph"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
}
