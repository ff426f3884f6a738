//! A service: a Worker, whose code is in `service/`.

use formwork::Stack;

use crate::bindings::cloudflare;
use crate::settings::Settings;

/// Fills the stack.
pub fn build(stack: &mut Stack, settings: &Settings) {
    stack.provider(cloudflare::Provider::new());
    let worker = stack.add(
        "service",
        cloudflare::WorkersScript::new(cloudflare::WorkersScriptArgs {
            account_id: settings.account_id.as_str().into(),
            script_name: settings.name.as_str().into(),
        })
        .main_module("index.mjs")
        .compatibility_date("2026-01-01")
        .content(include_str!("../service/index.mjs")),
    );
    stack.output("worker", worker.id());
}
