//! The states of the sandbox, as terraform's backend `http` asks for them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Read, Write};
use std::net::TcpStream;

use formwork_sandbox::Sandbox;

/// Sends a request and gives the first line and the body of the answer.
fn ask(method: &str, address: &str, body: &str) -> (String, String) {
    let (host, path) = address.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let length = body.len();
    let head =
        format!("{method} /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {length}");
    write!(stream, "{head}\r\n\r\n{body}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.lines().next().unwrap().to_owned(), body.to_owned())
}

#[test]
fn a_state_is_replaced_as_a_whole_and_nobody_else_can_ask_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let sockets = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::open(folder.path(), sockets.path()).unwrap();
    std::fs::create_dir(folder.path().join("shop")).unwrap();
    let address = sandbox.state_address("shop");
    assert_eq!(ask("GET", &address, "").0, "HTTP/1.1 404 Not Found");
    assert_eq!(ask("POST", &address, "{\"serial\": 1}").0, "HTTP/1.1 200 OK");
    assert_eq!(ask("GET", &address, ""), ("HTTP/1.1 200 OK".to_owned(), "{\"serial\": 1}".to_owned()));
    assert_eq!(
        std::fs::read_to_string(folder.path().join("shop/terraform.tfstate")).unwrap(),
        "{\"serial\": 1}"
    );

    let guessed = address.replace("/shop", "x/shop");
    let outside = address.replace("/shop", "/../shop");
    let beside = address.replace("/shop", "/..%2Fshop");
    for wrong in [guessed, outside, beside] {
        assert_eq!(ask("GET", &wrong, "").0, "HTTP/1.1 404 Not Found", "{wrong}");
    }
    assert_eq!(ask("PATCH", &address, "").0, "HTTP/1.1 405 Method Not Allowed");
    assert_eq!(ask("DELETE", &address, "").0, "HTTP/1.1 200 OK");
    assert_eq!(ask("GET", &address, "").0, "HTTP/1.1 404 Not Found");
    // A stack whose folder is gone: nothing is written, and the answer says why.
    let (status, reason) = ask("POST", &sandbox.state_address("other"), "{}");
    assert_eq!(status, "HTTP/1.1 404 Not Found", "{reason}");
}
