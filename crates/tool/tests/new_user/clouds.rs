//! Every template on every cloud: the document is the one that the template says was reviewed, and the sandbox plans it.
//!
//! `UPDATE_TEMPLATES=1` writes the snapshots of the templates anew.

use std::fs;
use std::path::Path;

use crate::folder::{Folder, ROOT, run};

const CLOUDS: [&str; 4] = ["aws", "google", "azure", "cloudflare"];
const TEMPLATES: [&str; 3] = ["bucket", "service", "site"];

#[test]
fn every_template_is_right_on_every_cloud() {
    let folder = Folder::new();
    let mut members = Vec::new();
    for cloud in CLOUDS {
        for template in TEMPLATES {
            let name = format!("{template}-on-{cloud}");
            folder.does("", &format!("new {name} --template {template} --cloud {cloud} --formwork {ROOT}"));
            // All are built at once, as one workspace.
            let manifest = format!("{name}/Cargo.toml");
            let own = folder.read(&manifest);
            let (package, _) = own.split_once("# Debug information").unwrap();
            folder.write(&manifest, package);
            members.push(name);
        }
    }
    folder.share(&members[0]);
    folder.write("Cargo.toml", &format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n"));
    fs::copy(Path::new(ROOT).join("Cargo.lock"), folder.path("Cargo.lock")).unwrap();
    let built = run(folder.cargo("").args(["build", "--quiet", "--workspace", "--offline"]));
    assert_eq!(built.code, 0, "{}", built.stderr);
    assert_eq!(built.stderr, "", "templates have no warnings");

    for name in members {
        let binary = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("debug").join(&name);
        let program =
            |line: &str| run(folder.command(&binary.to_string_lossy(), &name).args(line.split_whitespace()));
        let synthesized = program("synth");
        assert_eq!(synthesized.code, 0, "{name}: {}", synthesized.stderr);
        assert!(!synthesized.stderr.contains("not checked"), "{name}: {}", synthesized.stderr);
        let document = folder.read(&format!("{name}/formwork.out/{name}/main.tf.json"));
        let snapshot = format!("{name}/snapshots/{name}.snap");
        if std::env::var_os("UPDATE_TEMPLATES").is_some() {
            update(&name, &document);
        } else {
            let reviewed = folder.read(&snapshot);
            let (_, reviewed) = reviewed.split_once("\n---\n").unwrap();
            assert_eq!(document, reviewed, "{name}");
        }
        let planned = program("plan --sandbox");
        assert_eq!(planned.code, 0, "{name}: {}{}", planned.stdout, planned.stderr);
        // What is an example is refused in front of a real cloud.
        if !name.ends_with("-on-aws") {
            let real = program("plan");
            assert_eq!(real.code, 1, "{name}: {}", real.stderr);
            assert!(real.stderr.contains("is an example"), "{name}: {}", real.stderr);
        }
    }
}

fn update(name: &str, document: &str) {
    let (template, cloud) = name.split_once("-on-").unwrap();
    let path = format!("{}/templates/{cloud}/{template}.snap", env!("CARGO_MANIFEST_DIR"));
    let compact = format!("{}files", name.chars().filter(|it| *it != '-').take(19).collect::<String>());
    let document = document.replace(name, "{{name}}").replace(&compact, "{{compact}}files");
    let head = "---\nsource: src/tests.rs\nexpression: tested().snapshot()\n---\n";
    fs::write(path, format!("{head}{document}")).unwrap();
}
