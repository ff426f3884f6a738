//! `smoke run` and `list`, through the built program, against servers of the tests' own.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::http::{Asked, Reply, Server};
use crate::support::{Ran, TestEnv};
use serde_json::{Value, json};

const KEY: &str = "key-that-nobody-may-see/+";

/// A file of this repository.
fn repository(path: &str) -> String {
    format!("{}/../../{path}", env!("CARGO_MANIFEST_DIR"))
}

/// A fake of the replicator's API: a job is done when its status was asked for a number of times.
fn replicator(looks: usize) -> Server {
    let asked_for = AtomicUsize::new(0);
    Server::start(move |asked: &Asked| {
        if asked.header("x-api-key") != Some(KEY) {
            return Reply::json(401, &json!({ "message": "Unauthorized" }));
        }
        match (asked.method.as_str(), asked.path()) {
            ("POST", "/v1/jobs") if asked.json()["source_url"].is_string() => {
                Reply::json(201, &json!({ "job_id": "j-7", "status": "provisioning" }))
            }
            ("POST", "/v1/jobs") => Reply::json(400, &json!({ "error": format!("bad payload for {KEY}") })),
            ("GET", "/v1/jobs/j-7") => {
                let status = if asked_for.fetch_add(1, Ordering::SeqCst) + 1 >= looks {
                    "completed"
                } else {
                    "running"
                };
                Reply::json(200, &json!({ "job_id": "j-7", "status": status, "log_url": "https://logs" }))
            }
            _ => Reply::json(404, &json!({ "error": "no such job" })),
        }
    })
}

fn run_replicator(env: &TestEnv, server: &Server, variables: &[(&str, &str)], more: &[&str]) -> Ran {
    let url = format!("{}/v1/", server.url);
    let mut all = vec![("API_ENDPOINT", url.as_str()), ("API_KEY", KEY), ("POLL_INTERVAL", "0")];
    all.extend(variables);
    let file = repository("smoke/replicator.toml");
    let ran = env.run_in_job(&all, &[&["smoke", "run", &file], more].concat());
    assert!(!format!("{}{}", ran.stdout, ran.stderr).contains(KEY), "{}{}", ran.stdout, ran.stderr);
    ran
}

#[test]
fn the_four_tests_of_the_replicator_pass_and_are_reported() {
    let (env, server) = (TestEnv::new(), replicator(3));
    let reports = ["--junit", "reports/junit.xml", "--markdown", "summary.md", "--json"];
    let ran = run_replicator(&env, &server, &[], &reports);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let tests = report["suites"][0]["tests"].as_array().unwrap();
    let requests: Vec<_> = tests.iter().map(|test| test["requests"].as_u64().unwrap()).collect();
    assert_eq!(requests, [1, 1, 1, 3], "{report}");
    assert!(tests.iter().all(|test| test["outcome"] == "passed"), "{report}");
    let xml = env.read("reports/junit.xml");
    assert!(
        xml.contains("<testsuite name=\"replicator\" tests=\"4\" failures=\"0\" errors=\"0\" skipped=\"0\""),
        "{xml}"
    );
    assert!(env.read("summary.md").contains("4 of 4 as expected"));
    let asked = server.asked();
    assert_eq!(asked.len(), 6);
    assert_eq!(asked[2].header("content-type"), Some("application/json"));
}

#[test]
fn a_job_that_is_still_worked_on_is_acceptable_but_the_waiting_has_an_end() {
    let (env, server) = (TestEnv::new(), replicator(100));
    let ran = run_replicator(&env, &server, &[("MAX_POLL_ATTEMPTS", "5")], &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("still not so after 5 requests: $.status is \"running\""), "{}", ran.stderr);
    assert_eq!(server.asked().iter().filter(|asked| asked.path() == "/v1/jobs/j-7").count(), 5);
}

#[test]
fn a_wrong_key_fails_and_stays_secret_also_where_the_answer_repeats_it() {
    let env = TestEnv::new();
    let server = Server::start(|asked| {
        let key = asked.header("x-api-key").unwrap_or_default().to_owned();
        Reply::json(401, &json!({ "message": format!("key {key} is unknown") }))
    });
    let ran = run_replicator(&env, &server, &[], &["--junit", "junit.xml", "--markdown", "out.md", "--json"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("status is 401, expected 404"), "{}", ran.stderr);
    assert!(ran.stderr.contains("key (secret) is unknown"), "{}", ran.stderr);
    // What needs the id of a job that was not accepted is left out rather than failed.
    assert!(ran.stdout.contains("\"skipped\""), "{}", ran.stdout);
    let reports = format!("{}{}", env.read("junit.xml"), env.read("out.md"));
    assert!(reports.contains("(secret)") && !reports.contains(KEY), "{reports}");
}

#[test]
fn an_answer_that_repeats_a_secret_in_another_form_is_shown_without_it() {
    let env = TestEnv::new();
    let secret = r#"wJalr/K7M"D&X+1"#;
    let forms = [
        r#"{"a": "wJalr/K7M\"D\u0026X+1"}"#,
        r#"{"a": "{\"b\": \"wJalr\/K7M\\\"D&X+1\"}"}"#,
        "a=wJalr%2fK7M%22D%26X%2B1",
        "wJalr&#x2F;K7M&quot;D&amp;X&#43;1",
        "774A616C722f4b374d224426582b31",
        "Basic dXNlcjp3SmFsci9LN00iRCZYKzE=",
    ];
    // Wherever the excerpt is cut, nothing of the secret is left before the cut.
    let bodies: Vec<String> = forms.iter().map(|form| format!("{}{form}", "x".repeat(385))).collect();
    let count = AtomicUsize::new(0);
    let server = Server::start(move |asked| {
        assert_eq!(asked.header("x-api-key"), Some(secret));
        Reply::new(500, &bodies[count.fetch_add(1, Ordering::SeqCst) % bodies.len()])
            .header("x-echo", "wJalr%2FK7M%22D%26X%2B1")
    });
    let test = |at: usize| {
        format!(
            "[[test]]\nname = \"{at}\"\nrequest = {{ path = \"/?k=${{key}}\", headers = {{ x-api-key = \"${{key}}\" }} }}\n\
             [test.expect]\nstatus = 200\nheaders = {{ x-echo = \"${{key}}\" }}\n"
        )
    };
    let tests: String = (0..forms.len()).map(test).collect();
    env.write(
        "smoke/a.toml",
        &format!(
            "[variables.key]\nenvironment = \"API_KEY\"\nsecret = true\n{}",
            tests.replace("/?k=${key}", "/")
        ),
    );
    let arguments =
        ["smoke", "run", "--url", &server.url, "--junit", "junit.xml", "--markdown", "out.md", "--json"];
    let ran = env.run_in_job(&[("API_KEY", secret)], &arguments);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    for shown in [&ran.stderr, &ran.stdout, &env.read("junit.xml"), &env.read("out.md")] {
        for part in ["wJal", "774A616C", "K7M", "4b374d", "NsN00iRCZY", "Zsci9L"] {
            assert!(!shown.contains(part), "{part}: {shown}");
        }
        assert!(shown.contains("(secret)") && shown.contains("xxx"), "{shown}");
    }
}

#[test]
fn health_checks_are_tried_five_times() {
    let env = TestEnv::new();
    let count = AtomicUsize::new(0);
    let server = Server::start(move |asked| match asked.path() {
        // Well at the fifth look, and not before.
        "/api/v1/auth/health" if count.fetch_add(1, Ordering::SeqCst) < 4 => Reply::new(503, "starting"),
        "/api/v1/proxy/health" => Reply::new(503, "no database"),
        _ => Reply::json(200, &json!({ "status": "healthy" })),
    });
    // The same tests without the ten seconds between tries.
    let text = std::fs::read_to_string(repository("smoke/cat-house.toml")).unwrap();
    assert_eq!((text.matches("tries = 5").count(), text.matches("interval = \"10s\"").count()), (5, 5));
    env.write("smoke/cat-house.toml", &text.replace("\"10s\"", "\"1ms\""));
    let ran = env.run(&["smoke", "run", "--url", &server.url, "--json"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let results: Vec<_> = report["suites"][0]["tests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|test| (test["outcome"].as_str().unwrap(), test["requests"].as_u64().unwrap()))
        .collect();
    assert_eq!(results, [("passed", 1), ("passed", 5), ("passed", 1), ("passed", 1), ("failed", 5)]);
}

#[test]
fn headers_paths_bodies_and_queries_are_compared() {
    let env = TestEnv::new();
    let server = Server::start(|asked| {
        let body = json!({ "items": [{ "id": 1 }, { "id": 2 }], "of": asked.query("q"), "by": asked.header("x-by") });
        Reply::json(200, &body).header("cache-control", "no-store")
    });
    env.write(
        "smoke/shop.toml",
        r#"
        [variables.word]
        default = "a & b/ä"
        [[test]]
        name = "all of it"
        request = { path = "/items", query = { q = "${word}" }, headers = { x-by = "me" } }
        [test.expect]
        status = ["2xx", 304]
        headers = { cache-control = "no-store", content-type = { begins_with = "application/json" } }
        json = { "$.items" = { length = 2 }, "$.items[*].id" = { at_least = 1 }, "$.of" = "${word}", "$.by" = "me" }
        body = { contains = "items" }
        [[test]]
        name = "what is wrong is said"
        request = { path = "/items" }
        [test.expect]
        status = 404
        headers = { cache-control = "public", x-trace = { exists = true } }
        json = { "$.items[*].id" = 1, "$.nothing" = "there" }
        "#,
    );
    let ran = env.run(&["smoke", "run", "--url", &server.url]);
    assert_eq!(ran.code, 1);
    for wanted in [
        "passed all of it",
        "status is 200, expected 404",
        "header cache-control is \"no-store\", expected \"public\"",
        "header x-trace is not there, expected something",
        "$.items[*].id is 2, expected 1",
        "$.nothing is not there, expected \"there\"",
    ] {
        assert!(ran.stderr.contains(wanted), "{wanted}: {}", ran.stderr);
    }
}

#[test]
fn nothing_waits_for_ever() {
    let env = TestEnv::new();
    let server = Server::start(|asked| {
        if asked.path() == "/slow" {
            // Longer than every limit: the connection stays open, and nothing comes.
            std::thread::park();
        }
        Reply::new(503, "")
    });
    env.write(
        "smoke/slow.toml",
        r#"
        timeout = "100ms"
        limit = "400ms"
        [[test]]
        name = "slow"
        request = { path = "/slow" }
        expect = { status = 200 }
        [[test]]
        name = "never"
        request = { path = "/never" }
        expect = { status = 200 }
        tries = 1000
        interval = "50ms"
        "#,
    );
    let begun = std::time::Instant::now();
    let ran = env.run(&["smoke", "run", "--url", &server.url]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("within 100ms"), "{}", ran.stderr);
    assert!(ran.stderr.contains("the suite's limit of 400ms is over"), "{}", ran.stderr);
    assert!(begun.elapsed().as_secs() < 20);
    let refused = env.run(&["smoke", "run", "--url", "http://127.0.0.1:1"]);
    assert!(refused.stderr.contains("no answer from 127.0.0.1:1: Connection refused"), "{}", refused.stderr);
}

#[test]
fn mistakes_in_files_and_arguments_name_their_place() {
    let env = TestEnv::new();
    let test = "[[test]]\nname = \"t\"\nrequest = { path = \"/${jobb}\" }\nexpect = { status = 200 }\n";
    for (text, code, wanted) in [
        (test.to_owned(), 1, "smoke/a.toml:1: there is no variable `jobb`"),
        (
            format!("[variables.job]\ndefault = \"1\"\n{test}"),
            1,
            "smoke/a.toml:3: there is no variable `jobb`\n  hint: did you mean `job`?",
        ),
        (
            format!("[variables.jobb]\nenvironment = \"JOB\"\n{test}"),
            2,
            "variable `jobb` has no value\n  hint: set JOB in the environment, or `--var jobb=…`",
        ),
        (
            format!("[variables.jobb]\noutput = \"job\"\nsecret = true\n{test}"),
            2,
            "hint: name the stack with output `job` with `--stack`",
        ),
        (test.replace("${jobb}", "${"), 1, "smoke/a.toml:3: `/${` has a `${` without a `}`"),
        (test.replace("200", "2000"), 1, "2000 is not a status"),
        (test.replace("path", "pth"), 1, "smoke/a.toml:3: unknown field `pth`"),
        (
            test.replace("/${jobb}", "/").replace("status = 200", "status = 200, json = { job = 1 }"),
            1,
            "`job` is not a JSON path: it begins with `$`",
        ),
        (
            test.replace("/${jobb}", "/")
                .replace("status = 200", "status = 200, json = { \"$\" = { contain = 1 } }"),
            1,
            "did you mean `contains`?",
        ),
        (String::new(), 1, "missing field `test`"),
    ] {
        env.write("smoke/a.toml", &text);
        let ran = env.run_in_job(&[], &["smoke", "run", "--url", "http://127.0.0.1:1"]);
        assert_eq!(ran.code, code, "{text}{}", ran.stderr);
        assert!(ran.stderr.contains(wanted), "{wanted}: {}", ran.stderr);
    }
    let ran = env.run(&["smoke", "run", "smoke/b.toml"]);
    assert!(ran.stderr.contains("cannot read smoke/b.toml"), "{}", ran.stderr);
    env.write("smoke/a.toml", &test.replace("/${jobb}", "/"));
    let ran = env.run(&["smoke", "run", "--var", "jbo=1"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("no suite has a variable `jbo`"), "{}", ran.stderr);
    assert!(env.run(&["smoke", "run", "--url", "ftp://x"]).stderr.contains("does not begin with `https://`"));
}

#[test]
fn the_repositorys_own_tests_are_listed_with_what_they_need() {
    let env = TestEnv::new();
    let files = [repository("smoke/replicator.toml"), repository("smoke/cat-house.toml")];
    let ran = env.run(&["smoke", "list", &files[0], &files[1]]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        ran.stdout.contains("  ${api_key}: output api_key, or environment API_KEY (secret)\n"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("  ${max_poll_attempts}: environment MAX_POLL_ATTEMPTS, or default `60`\n"));
    assert!(ran.stdout.contains("  auth-service is well\n"));
    assert_eq!(TestEnv::new().run(&["smoke", "list"]).code, 2);
}

#[test]
fn outputs_come_from_states_or_arguments_and_sensitive_ones_stay_secret() {
    let env = TestEnv::new();
    let server = replicator(1);
    let output = format!("api_endpoint={}/v1", server.url);
    let file = repository("smoke/replicator.toml");
    let ran = env.run_in_job(&[("API_KEY", KEY)], &["smoke", "run", &file, "--output", &output]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let applied = env.runner("base", &["apply", "--auto-approve", "island"]);
    assert_eq!(applied.code, 0, "{}", applied.stderr);
    let echo = Server::start(|asked| Reply::new(200, format!("you said {}", asked.target)));
    env.write(
        "smoke/island.toml",
        r#"
        [variables.word]
        output = "secret"
        [[test]]
        name = "the answer repeats it"
        request = { path = "/", query = { q = "${word}" } }
        expect = { status = 404 }
        "#,
    );
    let ran =
        env.runner("base", &["smoke", "run", "smoke/island.toml", "--url", &echo.url, "--stack", "island"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert_eq!(echo.asked()[0].query("q").as_deref(), Some("hunter2"));
    assert!(
        ran.stderr.contains("you said /?q=(secret)") && !ran.stderr.contains("hunter2"),
        "{}",
        ran.stderr
    );
}
