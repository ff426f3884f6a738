//! The messages in `src/wire.rs` are what `proto/plugin.proto` says.

use std::path::Path;

/// Run with `UPDATE_WIRE=1` to write what differs.
#[test]
fn the_messages_are_those_of_the_protocol_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = protox::compile(["plugin.proto"], [root.join("proto")]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    tonic_prost_build::configure()
        .build_client(false)
        .build_transport(false)
        .btree_map(".")
        .out_dir(folder.path())
        .compile_fds(files)
        .unwrap();
    let generated = std::fs::read_to_string(folder.path().join("tfplugin6.rs")).unwrap();
    let expected =
        format!("// @generated from proto/plugin.proto by tests/wire.rs. Do not edit.\n{generated}");
    let path = root.join("src/wire/generated.rs");
    if std::env::var_os("UPDATE_WIRE").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    let present = std::fs::read_to_string(&path).unwrap();
    assert!(present == expected, "src/wire/generated.rs is not up to date: run with UPDATE_WIRE=1");
}
