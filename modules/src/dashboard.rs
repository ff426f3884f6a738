//! A dashboard of CloudWatch: graphs of metrics, the state of alarms, and text, laid out from left to right.
//!
//! ```
//! use formwork::{App, aws};
//! use formwork_modules::dashboard::{DashboardConfig, Graph, Line, dashboard};
//!
//! let mut app = App::new();
//! let stack = app.stack("shop");
//! stack.provider(aws::Provider::new().region("eu-central-1"));
//! let calls = Graph::new("Calls")
//!     .line(Line::sum("AWS/Lambda", "Invocations").of("FunctionName", "shop-orders"))
//!     .line(Line::sum("AWS/Lambda", "Errors").of("FunctionName", "shop-orders").label("failed"));
//! dashboard(stack, "operations", DashboardConfig::new("shop-operations", "eu-central-1").graph(calls));
//! assert!(app.finish().diagnostics.is_empty());
//! ```

use formwork::{Expr, Source, Stack, Value, aws};
use serde_json::{Value as Json, json};

use crate::mistakes::Mistakes;

/// The columns of a dashboard, and the size of a graph: three beside each other (CloudWatch API, "Dashboard body
/// structure and syntax").
const COLUMNS: u32 = 24;
const GRAPH: (u32, u32) = (8, 6);

/// What a dashboard shows, in its order.
#[derive(Clone, Debug)]
pub struct DashboardConfig {
    dashboard_name: String,
    region: String,
    widgets: Vec<Widget>,
}

#[derive(Clone, Debug)]
enum Widget {
    Heading(String),
    Graph(Graph),
    Alarms(String, Vec<Expr<String>>),
}

impl DashboardConfig {
    /// A dashboard by its name, and the region of its metrics.
    pub fn new(dashboard_name: impl Into<String>, region: impl Into<String>) -> Self {
        Self { dashboard_name: dashboard_name.into(), region: region.into(), widgets: Vec::new() }
    }

    /// Begins a row under a heading, which may be Markdown.
    #[must_use]
    pub fn heading(mut self, text: impl Into<String>) -> Self {
        self.widgets.push(Widget::Heading(text.into()));
        self
    }

    /// Adds a graph.
    #[must_use]
    pub fn graph(mut self, graph: Graph) -> Self {
        self.widgets.push(Widget::Graph(graph));
        self
    }

    /// Adds the state of alarms, by their ARNs, as wide as the dashboard.
    #[must_use]
    pub fn alarms(mut self, title: impl Into<String>, arns: impl IntoIterator<Item = Expr<String>>) -> Self {
        self.widgets.push(Widget::Alarms(title.into(), arns.into_iter().collect()));
        self
    }

    /// The document that CloudWatch takes.
    fn body(&self) -> Json {
        let mut cursor = Cursor::default();
        let widgets = self.widgets.iter().map(|widget| match widget {
            Widget::Heading(text) => {
                cursor.next("text", (COLUMNS, 1), json!({"markdown": format!("## {text}")}))
            }
            Widget::Graph(graph) => cursor.next("metric", GRAPH, graph.properties(&self.region)),
            Widget::Alarms(title, arns) => {
                cursor.next("alarm", (COLUMNS, 3), json!({"title": title, "alarms": arns}))
            }
        });
        json!({"widgets": widgets.collect::<Vec<_>>()})
    }

    fn mistakes(&self) -> Mistakes {
        let mut mistakes = Mistakes::default();
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if !(1..=255).contains(&self.dashboard_name.len()) || !self.dashboard_name.bytes().all(is_letter) {
            let message = format!("`{}` is not a name for a dashboard", self.dashboard_name);
            mistakes.add(message, "a name has 1 to 255 letters, digits, hyphens and underscores");
        }
        if self.widgets.is_empty() {
            mistakes.add("the dashboard shows nothing", "add a `graph`");
        }
        for widget in &self.widgets {
            if let Widget::Graph(graph) = widget
                && graph.lines.is_empty()
            {
                let message = format!("the graph `{}` has no line", graph.title);
                mistakes.add(message, "add one with `line`, or leave the graph away");
            }
            if let Widget::Graph(graph) = widget
                && (graph.period_seconds == 0 || graph.period_seconds % 60 != 0)
            {
                let message = format!("the graph `{}` has points of {} s", graph.title, graph.period_seconds);
                mistakes.add(message, "choose a multiple of 60");
            }
        }
        mistakes
    }
}

/// A graph over time.
#[derive(Clone, Debug)]
pub struct Graph {
    title: String,
    lines: Vec<Line>,
    period_seconds: u32,
    region: Option<String>,
    stacked: bool,
}

impl Graph {
    /// A graph of minutes, without lines yet.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), lines: Vec::new(), period_seconds: 60, region: None, stacked: false }
    }

    /// Adds a line.
    #[must_use]
    pub fn line(mut self, line: Line) -> Self {
        self.lines.push(line);
        self
    }

    /// Adds lines.
    #[must_use]
    pub fn lines(mut self, lines: impl IntoIterator<Item = Line>) -> Self {
        self.lines.extend(lines);
        self
    }

    /// Chooses how many seconds each point stands for: a multiple of 60.
    #[must_use]
    pub const fn period_seconds(mut self, seconds: u32) -> Self {
        self.period_seconds = seconds;
        self
    }

    /// Reads the metrics of another region than the dashboard's.
    #[must_use]
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Puts the lines on top of each other: parts of a whole.
    #[must_use]
    pub const fn stacked(mut self) -> Self {
        self.stacked = true;
        self
    }

    fn properties(&self, region: &str) -> Json {
        let metrics: Vec<Json> =
            self.lines.iter().enumerate().flat_map(|(index, line)| line.metrics(index)).collect();
        json!({
            "title": self.title,
            "region": self.region.as_deref().unwrap_or(region),
            "period": self.period_seconds,
            "view": "timeSeries",
            "stacked": self.stacked,
            "metrics": metrics,
        })
    }
}

/// A line: a metric, or a share of two.
#[derive(Clone, Debug)]
pub struct Line {
    namespace: String,
    metric: String,
    /// What the metric is a part of: then the line is about per cent.
    whole: Option<String>,
    dimensions: Vec<(String, String)>,
    statistic: String,
    label: Option<String>,
}

impl Line {
    /// How much of a metric there was in each period.
    pub fn sum(namespace: impl Into<String>, metric: impl Into<String>) -> Self {
        Self::new(namespace.into(), metric.into(), "Sum")
    }

    /// The average of a metric.
    pub fn average(namespace: impl Into<String>, metric: impl Into<String>) -> Self {
        Self::new(namespace.into(), metric.into(), "Average")
    }

    /// The largest value of a metric.
    pub fn maximum(namespace: impl Into<String>, metric: impl Into<String>) -> Self {
        Self::new(namespace.into(), metric.into(), "Maximum")
    }

    /// What 99 of 100 values of a metric stay under.
    pub fn p99(namespace: impl Into<String>, metric: impl Into<String>) -> Self {
        Self::new(namespace.into(), metric.into(), "p99")
    }

    /// A metric in per cent of another one of the same thing.
    pub fn share(namespace: impl Into<String>, part: impl Into<String>, whole: impl Into<String>) -> Self {
        Self { whole: Some(whole.into()), ..Self::sum(namespace, part) }
    }

    /// Names what the metric is of, such as `FunctionName` and a function. Both may hold expressions.
    #[must_use]
    pub fn of(mut self, dimension: impl Into<String>, value: impl Into<String>) -> Self {
        self.dimensions.push((dimension.into(), value.into()));
        self
    }

    /// Says what the line is.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    fn new(namespace: String, metric: String, statistic: &str) -> Self {
        let statistic = statistic.to_owned();
        Self { namespace, metric, whole: None, dimensions: Vec::new(), statistic, label: None }
    }

    /// The entries of the graph's list. `index` tells the lines of a graph apart.
    fn metrics(&self, index: usize) -> Vec<Json> {
        let entry = |metric: &str, options: Json| {
            let mut entry = vec![json!(self.namespace), json!(metric)];
            entry.extend(self.dimensions.iter().flat_map(|(name, value)| [json!(name), json!(value)]));
            entry.push(options);
            Json::Array(entry)
        };
        let label = self.label.as_deref().unwrap_or(&self.metric);
        let Some(whole) = &self.whole else {
            return vec![entry(&self.metric, json!({"stat": self.statistic, "label": label}))];
        };
        let (part_id, whole_id) = (format!("part{index}"), format!("whole{index}"));
        let hidden = |id: &str| json!({"id": id, "stat": self.statistic, "visible": false});
        let expression = format!("100 * FILL({part_id}, 0) / {whole_id}");
        vec![
            json!([{"expression": expression, "id": format!("share{index}"), "label": label}]),
            entry(&self.metric, hidden(&part_id)),
            entry(whole, hidden(&whole_id)),
        ]
    }
}

/// Where the next widget goes.
#[derive(Default)]
struct Cursor {
    x: u32,
    y: u32,
    /// The height of the row so far.
    height: u32,
}

impl Cursor {
    fn next(&mut self, kind: &str, (width, height): (u32, u32), properties: Json) -> Json {
        if self.x + width > COLUMNS {
            self.y += self.height;
            (self.x, self.height) = (0, 0);
        }
        let widget = json!({
            "type": kind, "x": self.x, "y": self.y, "width": width, "height": height, "properties": properties,
        });
        self.x += width;
        self.height = self.height.max(height);
        widget
    }
}

/// What was added.
#[derive(Clone, Debug)]
pub struct DashboardParts {
    /// The dashboard.
    pub dashboard: aws::CloudwatchDashboardRef,
}

/// Adds a dashboard.
#[track_caller]
pub fn dashboard(stack: &mut Stack, name: &str, config: DashboardConfig) -> DashboardParts {
    let source = Source::here();
    config.mistakes().report(stack, name, source);
    let body = Value::<String>::from(config.body());
    DashboardParts {
        dashboard: stack.add(
            name,
            aws::CloudwatchDashboard::new(aws::CloudwatchDashboardArgs {
                dashboard_body: body,
                dashboard_name: config.dashboard_name.clone().into(),
            }),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{diagnostics, document};

    fn graph(title: &str) -> Graph {
        Graph::new(title).line(Line::p99("AWS/ApiGateway", "Latency").of("ApiName", "shop"))
    }

    #[test]
    fn widgets_go_from_left_to_right() {
        let config = DashboardConfig::new("shop", "eu-central-1")
            .heading("API")
            .graph(graph("a"))
            .graph(graph("b"))
            .graph(graph("c"))
            .graph(graph("d"));
        let body = config.body();
        let positions: Vec<(u64, u64)> = body["widgets"]
            .as_array()
            .unwrap()
            .iter()
            .map(|widget| (widget["x"].as_u64().unwrap(), widget["y"].as_u64().unwrap()))
            .collect();
        assert_eq!(positions, [(0, 0), (0, 1), (8, 1), (16, 1), (0, 7)]);
    }

    #[test]
    fn a_share_is_computed_of_two_hidden_lines() {
        let line =
            Line::share("AWS/Lambda", "Errors", "Invocations").of("FunctionName", "f").label("failing");
        let metrics = json!(line.metrics(3));
        assert_eq!(
            metrics,
            json!([
                [{"expression": "100 * FILL(part3, 0) / whole3", "id": "share3", "label": "failing"}],
                ["AWS/Lambda", "Errors", "FunctionName", "f", {"id": "part3", "stat": "Sum", "visible": false}],
                ["AWS/Lambda", "Invocations", "FunctionName", "f", {"id": "whole3", "stat": "Sum", "visible": false}],
            ])
        );
    }

    #[test]
    fn expressions_reach_the_document() {
        let document = document(|stack| {
            let api = stack.add(
                "api",
                aws::Apigatewayv2Api::new(aws::Apigatewayv2ApiArgs {
                    name: "shop".into(),
                    protocol_type: "HTTP".into(),
                }),
            );
            let line = Line::sum("AWS/ApiGateway", "Count").of("ApiId", api.id().to_string());
            let config = DashboardConfig::new("shop", "eu-central-1").graph(Graph::new("Calls").line(line));
            dashboard(stack, "operations", config);
        });
        let body = document["resource"]["aws_cloudwatch_dashboard"]["operations"]["dashboard_body"]
            .as_str()
            .unwrap();
        assert!(body.contains("aws_apigatewayv2_api.api.id"), "{body}");
    }

    #[test]
    fn what_shows_nothing_is_reported() {
        let found = diagnostics(|stack| {
            dashboard(stack, "a", DashboardConfig::new("my shop", "eu-central-1"));
            let graph = Graph::new("x").period_seconds(90);
            dashboard(stack, "b", DashboardConfig::new("shop", "eu-central-1").graph(graph));
        });
        assert_eq!(
            found,
            [
                "`my shop` is not a name for a dashboard",
                "the dashboard shows nothing",
                "the graph `x` has no line",
                "the graph `x` has points of 90 s",
            ]
        );
    }
}
