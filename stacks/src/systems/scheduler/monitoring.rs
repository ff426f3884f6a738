//! The monitoring stack: alarms, the dashboards of operations, business and cost, and the audit trail.

use formwork::{Expr, Stack};
use formwork_modules::alarms::{Alarm, AlarmsConfig, alarms};
use formwork_modules::alerts::{AlertsConfig, alerts};
use formwork_modules::audit_trail::{AuditTrailConfig, audit_trail};
use formwork_modules::boundary::bound_roles;
use formwork_modules::dashboard::{DashboardConfig, Graph, Line, dashboard};

use super::Project;
use super::api::ApiOutputs;
use super::database::DatabaseOutputs;
use super::names::{
    API_ANSWERS, API_LATENCY, DATABASE_CPU, DEAD_LETTERS, FUNCTIONS, QUEUE_DEPTH, error_rate, throttles,
};
use super::queue::QueueOutputs;
use super::settings::Settings;

/// The region that AWS files all charges in (AWS Billing User Guide, "Creating a billing alarm").
const BILLING_REGION: &str = "us-east-1";

/// The services that the system is paid for, as the charges name them.
const CHARGED: [&str; 10] = [
    "AmazonApiGateway",
    "AWSLambda",
    "AmazonRDS",
    "AWSQueueService",
    "AmazonCloudWatch",
    "AmazonEC2",
    "AmazonVPC",
    "AmazonS3",
    "AWSCloudTrail",
    "AWSSecretsManager",
];

/// Charges come a few times a day.
const BILLING_PERIOD: u32 = 6 * 60 * 60;

/// What is watched.
pub(crate) struct Watched<'a> {
    /// The API stack's outputs.
    pub(crate) api: &'a ApiOutputs,
    /// The database stack's outputs.
    pub(crate) database: &'a DatabaseOutputs,
    /// The queue stack's outputs.
    pub(crate) queue: &'a QueueOutputs,
}

/// The names that metrics are filed under, from the stacks that made the things.
struct Names {
    api: String,
    stage: String,
    queue: String,
    dead_letters: Option<String>,
    database: Option<String>,
}

pub(crate) fn monitoring(stack: &mut Stack, project: &Project, settings: &Settings, watched: &Watched<'_>) {
    let names = Names {
        api: stack.read(&watched.api.name).to_string(),
        stage: settings.api.stage.clone(),
        queue: stack.read(&watched.queue.name).to_string(),
        dead_letters: watched.queue.dead_letters.as_ref().map(|name| stack.read(name).to_string()),
        database: watched.database.instance.as_ref().map(|it| stack.read(&it.identifier).to_string()),
    };
    let topic = alerts(
        stack,
        "alerts",
        AlertsConfig::new(settings.name("alerts")).emails(settings.operations.alert_emails.clone()),
    )
    .topic;
    stack.output("alerts_topic_arn", topic.arn());
    let alarms = build_alarms(stack, settings, &names, topic.arn());
    operations(stack, project, settings, &names, alarms);
    business(stack, project, settings);
    cost(stack, project, settings);
    if settings.operations.audit_trail {
        // Names of buckets are everybody's: the account's number makes it ours.
        let bucket = format!("{}-{}", settings.name("audit"), project.account_id);
        let trail = AuditTrailConfig::new(settings.name("audit"), bucket, &project.region)
            .log_days(settings.operations.log_days);
        audit_trail(stack, "audit", trail);
    }
    if settings.emulator.is_none() {
        bound_roles(stack, project.boundary_arn(settings));
    }
}

/// The five alarms of the document, and one on deliveries that nobody could make.
fn build_alarms(
    stack: &mut Stack,
    settings: &Settings,
    names: &Names,
    topic_arn: Expr<String>,
) -> Vec<Expr<String>> {
    let mut config = AlarmsConfig::new(settings.prefix(), topic_arn);
    for name in FUNCTIONS {
        let function = settings.name(name);
        config = config.alarm(error_rate(name), Alarm::lambda_error_rate(&function));
        // Any, as soon as there is one.
        config = config.alarm(throttles(name), Alarm::lambda_throttles(&function).period_seconds(60));
    }
    config = config.alarm(API_ANSWERS, Alarm::api_error_rate(&names.api, &names.stage));
    // Over 2 s in each of five minutes.
    config =
        config.alarm(API_LATENCY, Alarm::api_latency(&names.api, &names.stage).period_seconds(60).periods(5));
    config = config.alarm(QUEUE_DEPTH, Alarm::queue_depth(&names.queue));
    if let Some(queue) = &names.dead_letters {
        config = config.alarm(DEAD_LETTERS, Alarm::dead_letters(queue));
    }
    if let Some(database) = &names.database {
        // Over 80 % in three periods of 5 minutes.
        config = config.alarm(DATABASE_CPU, Alarm::database_cpu(database));
    }
    alarms(stack, "alarms", config).alarms.values().map(|alarm| alarm.arn()).collect()
}

/// How the system is right now.
fn operations(
    stack: &mut Stack,
    project: &Project,
    settings: &Settings,
    names: &Names,
    alarms: Vec<Expr<String>>,
) {
    let of_api = |line: Line| line.of("ApiName", &names.api).of("Stage", &names.stage);
    let api = |metric: &str, label: &str| of_api(Line::sum("AWS/ApiGateway", metric)).label(label);
    let functions = |line: fn() -> Line| {
        FUNCTIONS.map(|name| line().of("FunctionName", settings.name(name)).label(name)).to_vec()
    };
    let of_queue = |line: Line| line.of("QueueName", &names.queue);
    let mut config = DashboardConfig::new(settings.name("operations"), &project.region)
        .alarms("Alarms", alarms)
        .heading("API")
        .graph(
            Graph::new("Requests")
                .line(api("Count", "all"))
                .line(api("4XXError", "refused"))
                .line(api("5XXError", "failed")),
        )
        .graph(
            Graph::new("Latency in ms")
                .line(of_api(Line::p99("AWS/ApiGateway", "Latency")).label("p99"))
                .line(of_api(Line::average("AWS/ApiGateway", "Latency")).label("average"))
                .line(of_api(Line::average("AWS/ApiGateway", "IntegrationLatency")).label("function")),
        )
        .graph(Graph::new("Errors by endpoint in %").lines(endpoints(names)))
        .heading("Functions")
        .graph(Graph::new("Invocations").lines(functions(|| Line::sum("AWS/Lambda", "Invocations"))))
        .graph(
            Graph::new("Errors in %").lines(functions(|| Line::share("AWS/Lambda", "Errors", "Invocations"))),
        )
        .graph(Graph::new("Throttles").lines(functions(|| Line::sum("AWS/Lambda", "Throttles"))))
        .heading("Queue and database")
        .graph(
            Graph::new("Deliveries that wait")
                .line(
                    of_queue(Line::maximum("AWS/SQS", "ApproximateNumberOfMessagesVisible")).label("waiting"),
                )
                .lines(names.dead_letters.iter().map(|queue| {
                    Line::maximum("AWS/SQS", "ApproximateNumberOfMessagesVisible")
                        .of("QueueName", queue)
                        .label("put aside")
                })),
        )
        .graph(
            Graph::new("Age of the oldest delivery in s")
                .line(of_queue(Line::maximum("AWS/SQS", "ApproximateAgeOfOldestMessage")).label("age")),
        );
    if let Some(database) = &names.database {
        let of_database = |line: Line| line.of("DBInstanceIdentifier", database);
        config = config.graph(
            Graph::new("Database")
                .line(of_database(Line::average("AWS/RDS", "CPUUtilization")).label("CPU in %"))
                .line(of_database(Line::maximum("AWS/RDS", "DatabaseConnections")).label("connections")),
        );
    }
    dashboard(stack, "operations", config);
}

/// The share of each endpoint's answers that are 5xx, as detailed metrics file them.
fn endpoints(names: &Names) -> Vec<Line> {
    [("POST", "/user"), ("GET", "/user/{id}"), ("PUT", "/user/{id}"), ("DELETE", "/user/{id}")]
        .map(|(method, resource)| {
            Line::share("AWS/ApiGateway", "5XXError", "Count")
                .of("ApiName", &names.api)
                .of("Method", method)
                .of("Resource", resource)
                .of("Stage", &names.stage)
                .label(format!("{method} {resource}"))
        })
        .to_vec()
}

/// What the system does for its users: metrics that the functions emit.
fn business(stack: &mut Stack, project: &Project, settings: &Settings) {
    let namespace = settings.metric_namespace();
    let own = |metric: &str, label: &str| Line::sum(&namespace, metric).label(label);
    let config = DashboardConfig::new(settings.name("business"), &project.region)
        .heading("Delivery of events")
        .graph(
            Graph::new("Events")
                .line(own("EventsScheduled", "scheduled"))
                .line(own("EventsProcessed", "processed")),
        )
        .graph(
            Graph::new("Webhooks")
                .line(own("WebhooksDelivered", "delivered"))
                .line(own("WebhooksFailed", "failed")),
        )
        .graph(
            Graph::new("Delivered, in % of attempts")
                .line(Line::share(&namespace, "WebhooksDelivered", "WebhooksAttempted").label("delivered")),
        )
        .graph(
            Graph::new("From due to delivered, in s")
                .line(Line::p99(&namespace, "DeliveryDelay").label("p99"))
                .line(Line::average(&namespace, "DeliveryDelay").label("average")),
        );
    dashboard(stack, "business", config);
}

/// What AWS charges, by service, since the month began.
fn cost(stack: &mut Stack, project: &Project, settings: &Settings) {
    let charge = |service: &str| {
        Line::maximum("AWS/Billing", "EstimatedCharges")
            .of("ServiceName", service)
            .of("Currency", "USD")
            .label(service)
    };
    let all = Line::maximum("AWS/Billing", "EstimatedCharges").of("Currency", "USD").label("all services");
    let config = DashboardConfig::new(settings.name("cost"), &project.region)
        .heading("Charges in USD since the month began, of the whole account")
        .graph(
            Graph::new("By service")
                .lines(CHARGED.map(charge))
                .region(BILLING_REGION)
                .period_seconds(BILLING_PERIOD)
                .stacked(),
        )
        .graph(Graph::new("All").line(all).region(BILLING_REGION).period_seconds(BILLING_PERIOD))
        .heading("What is paid by use")
        .graph(
            Graph::new("Time of functions in ms")
                .lines(FUNCTIONS.map(|name| {
                    Line::sum("AWS/Lambda", "Duration").of("FunctionName", settings.name(name)).label(name)
                }))
                .period_seconds(60 * 60),
        );
    dashboard(stack, "cost", config);
}
