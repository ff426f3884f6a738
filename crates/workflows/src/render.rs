//! From the model to files, through the templates of `templates/`.

use std::collections::BTreeMap;

use serde::Serialize;
use tera::{Context, Delimiters, Kwargs, State, Tera, TeraResult, Value};

use crate::{Repository, Workflow, yaml};

/// The template of a workflow and its partials. Statements stand in YAML's comments and values in plain scalars, so that
/// the templates are YAML themselves, and `${{ }}` is nothing to the template engine.
const TEMPLATES: [(&str, &str); 6] = [
    ("workflow.yml", include_str!("../templates/workflow.yml")),
    ("triggers.yml", include_str!("../templates/triggers.yml")),
    ("filter.yml", include_str!("../templates/filter.yml")),
    ("inputs.yml", include_str!("../templates/inputs.yml")),
    ("job.yml", include_str!("../templates/job.yml")),
    ("step.yml", include_str!("../templates/step.yml")),
];

/// How the file of a workflow of the program begins.
pub const RENDERED: &str = "# Rendered by `pipelines render`";

/// How the file of a workflow begins that `pipelines init` has written.
pub const RENDERED_BY_INIT: &str = "# Rendered by `pipelines init`";

/// Why a workflow could not be rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The templates do not fit the model: a mistake of this crate.
    #[error("cannot render {file}")]
    Template {
        /// The workflow's file.
        file: String,
        /// What the template engine says.
        source: tera::Error,
    },
}

/// The templates, ready to render any number of workflows.
#[derive(Debug)]
pub struct Renderer {
    tera: Tera,
}

impl Renderer {
    /// Reads the templates.
    ///
    /// # Errors
    /// Fails if a template is not one: a mistake of this crate.
    pub fn new() -> Result<Self, RenderError> {
        let prepare = || -> TeraResult<Tera> {
            let mut tera = Tera::new();
            tera.set_delimiters(Delimiters {
                block_start: "#%".into(),
                block_end: "%#".into(),
                variable_start: "<<".into(),
                variable_end: ">>".into(),
                comment_start: "#*".into(),
                comment_end: "*#".into(),
            })?;
            // No template can forget to escape: whatever is put in becomes a scalar.
            tera.autoescape_on(vec![".yml"]);
            tera.set_escape_fn(|text, out| out.write_all(yaml::scalar(text).as_bytes()));
            tera.register_filter("block", block);
            tera.register_filter("input", input);
            tera.register_filter("comment", comment);
            // A partial begins on a line of its own and ends with its last line.
            tera.add_raw_templates(TEMPLATES.map(|(name, text)| (name, format!("\n{}", text.trim_end()))))?;
            Ok(tera)
        };
        let tera =
            prepare().map_err(|source| RenderError::Template { file: "templates".to_owned(), source })?;
        Ok(Self { tera })
    }

    /// The text of a workflow's file.
    ///
    /// # Errors
    /// Fails if the templates do not fit the model: a mistake of this crate.
    pub fn workflow(&self, workflow: &Workflow) -> Result<String, RenderError> {
        #[derive(Serialize)]
        struct View<'a> {
            workflow: &'a Workflow,
        }
        let fail = |source| RenderError::Template { file: workflow.file.clone(), source };
        let context = Context::from_serialize(&View { workflow }).map_err(fail)?;
        let text = self.tera.render("workflow.yml", &context).map_err(fail)?;
        Ok(format!("{}\n", text.trim_start().trim_end()))
    }

    /// The files of a repository by their paths.
    ///
    /// # Errors
    /// Fails if the templates do not fit the model: a mistake of this crate.
    pub fn repository(&self, repository: &Repository) -> Result<BTreeMap<String, String>, RenderError> {
        let path = |path: &str| {
            if repository.folder.is_empty() {
                path.to_owned()
            } else {
                format!("{}/{path}", repository.folder)
            }
        };
        let mut files = BTreeMap::new();
        for workflow in &repository.workflows {
            let file = path(&format!(".github/workflows/{}", workflow.file));
            files.insert(file, self.workflow(workflow)?);
        }
        for (file, text) in &repository.files {
            files.insert(path(file), text.clone());
        }
        Ok(files)
    }
}

/// Text that keeps its lines, in a block indented by `indent`.
fn block(text: &str, arguments: Kwargs, _: &State) -> TeraResult<Value> {
    let indent: usize = arguments.must_get("indent")?;
    Ok(Value::safe_string(&yaml::block(text, indent)))
}

/// An input of an action: GitHub makes text of it in any case, so that what reads as a truth value stays bare.
fn input(text: &str, arguments: Kwargs, state: &State) -> TeraResult<Value> {
    match text {
        "true" | "false" => Ok(Value::safe_string(text)),
        _ => block(text, arguments, state),
    }
}

/// Text of a comment, which ends with its line.
fn comment(text: &str, _: Kwargs, _: &State) -> Value {
    let ends_a_line =
        |character: char| character.is_control() || "\u{2028}\u{2029}\u{feff}".contains(character);
    Value::safe_string(&text.replace(ends_a_line, " "))
}
