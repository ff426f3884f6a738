//! `release` of services other than functions, killed before and after each of its calls, and then run again: what serves is the
//! old or the new one at any time, and in the end the one that was asked for.

use crate::aws::{Aws, COMMIT, Moment, arn};

/// Kills a verb at each of its calls, from the same state each time, and checks what comes after. The number of calls.
fn every_boundary(aws: &Aws, verb: &[&str], after: impl Fn(&str)) -> usize {
    let begin = aws.cloud.lock().unwrap().clone();
    for call in 1.. {
        for moment in [Moment::BeforeCall, Moment::AfterCall] {
            *aws.cloud.lock().unwrap() = begin.clone();
            let was_killed = aws.killed_at(call, moment, verb);
            after(&format!("{verb:?}, call {call}, {moment:?}"));
            if !was_killed {
                return call - 1;
            }
        }
    }
    unreachable!("a verb ends")
}

/// Goes on with a promotion. If it had not begun, there is nothing to go on with, and the same command does all of it.
fn finish(aws: &Aws, service: &str, serves: impl Fn() -> bool) {
    aws.good(&["resume", service]);
    if !serves() {
        aws.good(&["promote", service]);
    }
    assert!(serves());
}

/// Takes back twice what may have been taken back in part. The second time there is nothing to do, and nothing is done.
fn take_back(aws: &Aws, service: &str) {
    aws.good(&["rollback", service]);
    let again = aws.good(&["rollback", service]);
    assert!(again.stderr.contains("already"), "{}", again.stderr);
}

fn publish(aws: &Aws, arguments: &[&str]) {
    aws.good(&[&["start"], arguments, &["--commit", COMMIT]].concat());
    aws.good(&["verify", arguments[0]]);
    aws.good(&["promote", arguments[0]]);
}

#[test]
fn an_ecs_release_may_be_killed_at_every_call() {
    let aws = Aws::start();
    publish(&aws, &["orders", "--image", "shop:2"]);
    let start = ["start", "orders", "--image", "shop:3", "--commit", COMMIT];
    let started = every_boundary(&aws, &start, |what| {
        aws.good(&start);
        let cloud = aws.cloud.lock().unwrap();
        assert_eq!((cloud.definitions.len(), cloud.serving("orders")), (3, arn(2)), "{what}");
    });
    let verified = every_boundary(&aws, &["verify", "orders"], |what| {
        aws.good(&["verify", "orders"]);
        // A task that runs is waited for; one that has ended without a note of it is run again.
        let tasks = aws.cloud.lock().unwrap().tasks.len();
        assert!((2..=3).contains(&tasks), "{what}: {tasks}");
    });
    let promoted = every_boundary(&aws, &["promote", "orders"], |what| {
        assert!([arn(2), arn(3)].contains(&aws.serving()), "{what}");
        finish(&aws, "orders", || aws.serving() == arn(3));
    });
    let back = every_boundary(&aws, &["rollback", "orders"], |what| {
        assert!([arn(2), arn(3)].contains(&aws.serving()), "{what}");
        // The one before the one before is not what was asked for.
        take_back(&aws, "orders");
        assert_eq!(aws.serving(), arn(2), "{what}");
    });
    let calls = [started, verified, promoted, back];
    assert!(calls.iter().all(|calls| *calls >= 4), "{calls:?}");
    // Taken back, it is not promoted again without another attempt, and then it can be.
    let refused = aws.release(&["promote", "orders"]);
    assert!(refused.code == 1 && refused.stderr.contains("was taken back"), "{}", refused.stderr);
    publish(&aws, &["orders", "--image", "shop:3"]);
    assert_eq!(aws.serving(), arn(4));
}

#[test]
fn a_release_on_app_runner_may_be_killed_at_every_call() {
    let aws = Aws::start();
    let image = || aws.cloud.lock().unwrap().app.as_str().unwrap().to_owned();
    let start = ["start", "portal", "--image", "portal:2", "--commit", COMMIT];
    let mut calls = vec![every_boundary(&aws, &start, |_| {
        aws.good(&start);
    })];
    calls.push(every_boundary(&aws, &["verify", "portal"], |_| {
        aws.good(&["verify", "portal"]);
    }));
    calls.push(every_boundary(&aws, &["promote", "portal"], |what| {
        assert!(["portal:1", "portal:2"].contains(&image().as_str()), "{what}");
        finish(&aws, "portal", || image() == "portal:2");
    }));
    calls.push(every_boundary(&aws, &["rollback", "portal"], |what| {
        take_back(&aws, "portal");
        assert_eq!(image(), "portal:1", "{what}");
    }));
    assert!(calls.iter().all(|calls| *calls >= 3), "{calls:?}");
    let refused = aws.release(&["promote", "portal"]);
    assert!(refused.code == 1 && refused.stderr.contains("there is no candidate"), "{}", refused.stderr);
    publish(&aws, &["portal", "--image", "portal:2"]);
    assert_eq!(image(), "portal:2");
}

#[test]
fn a_release_of_a_site_may_be_killed_at_every_call() {
    let aws = Aws::start();
    let build = |name: &str| {
        // A page and what it needs.
        aws.env.write("dist/index.html", name);
        let _ = std::fs::remove_dir_all(aws.env.path("dist/assets"));
        aws.env.write(&format!("dist/assets/{name}.js"), name);
    };
    // A page is never served without what it needs.
    let page = |what: &str| {
        let page = aws.object("index.html").unwrap();
        assert_eq!(aws.object(&format!("assets/{page}.js")), Some(page.clone()), "{what}");
        page
    };
    build("one");
    publish(&aws, &["site", "--package", "dist"]);
    build("two");
    let start = ["start", "site", "--package", "dist", "--commit", COMMIT];
    let mut calls = vec![every_boundary(&aws, &start, |what| {
        assert_eq!(page(what), "one");
        aws.good(&start);
    })];
    calls.push(every_boundary(&aws, &["verify", "site"], |what| {
        assert_eq!(page(what), "one");
        aws.good(&["verify", "site"]);
    }));
    calls.push(every_boundary(&aws, &["promote", "site"], |what| {
        page(what);
        finish(&aws, "site", || page(what) == "two");
    }));
    calls.push(every_boundary(&aws, &["rollback", "site"], |what| {
        page(what);
        take_back(&aws, "site");
        assert_eq!(page(what), "one");
    }));
    assert!(calls.iter().all(|calls| *calls >= 4), "{calls:?}");
    let refused = aws.release(&["promote", "site"]);
    assert!(refused.code == 1 && refused.stderr.contains("there is no candidate"), "{}", refused.stderr);
    publish(&aws, &["site", "--package", "dist"]);
    assert_eq!(page("again"), "two");
}
