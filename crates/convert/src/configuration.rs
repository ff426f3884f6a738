//! A configuration as it was read: files, blocks and arguments, each with its place and the comments beside it.

use std::ops::Range;
use std::path::PathBuf;

use crate::error::Place;
use crate::expression::Expression;

/// A module: the files of a folder.
#[derive(Clone, Debug)]
pub struct Module {
    /// The folder.
    pub folder: PathBuf,
    /// Its files, by name; override files are merged into the others.
    pub files: Vec<File>,
}

/// A file of a module.
#[derive(Clone, Debug)]
pub struct File {
    /// The name without `.tf` or `.tf.json`.
    pub stem: String,
    /// What is in it.
    pub body: Body,
}

/// What is in a file or block.
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// Arguments and blocks in their order.
    pub items: Vec<Item>,
    /// Comments behind the last item.
    pub comments: Vec<String>,
}

/// An argument or a block.
#[derive(Clone, Debug)]
pub enum Item {
    /// `name = value`
    Attribute(Attribute),
    /// `kind "label" { … }`
    Block(Block),
}

/// An argument.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Expression,
    /// The value as it was written.
    pub raw: String,
    /// Where it is.
    pub place: Place,
    /// The bytes of the file that it takes.
    pub span: Range<usize>,
    /// The comments that belong to it, without their marks.
    pub comments: Vec<String>,
}

/// A block.
#[derive(Clone, Debug)]
pub struct Block {
    /// What kind of block it is, such as `resource`.
    pub kind: String,
    /// Its labels.
    pub labels: Vec<String>,
    /// What is in it.
    pub body: Body,
    /// Where it is.
    pub place: Place,
    /// The bytes of the file that it takes.
    pub span: Range<usize>,
    /// The comments that belong to it, without their marks.
    pub comments: Vec<String>,
}

impl Module {
    /// All blocks of all files.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.files.iter().flat_map(|file| file.body.blocks())
    }

    /// All blocks of a kind.
    pub fn blocks_of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks().filter(move |block| block.kind == kind)
    }
}

impl Body {
    /// The blocks, in their order.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.items.iter().filter_map(|item| match item {
            Item::Block(block) => Some(block),
            Item::Attribute(_) => None,
        })
    }

    /// The blocks of a kind, in their order.
    pub fn blocks_of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks().filter(move |block| block.kind == kind)
    }

    /// The arguments, in their order.
    pub fn attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.items.iter().filter_map(|item| match item {
            Item::Attribute(attribute) => Some(attribute),
            Item::Block(_) => None,
        })
    }

    /// An argument by its name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes().find(|attribute| attribute.name == name)
    }

    /// The literal text of an argument.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.attribute(name)?.value.as_text()
    }
}

impl Block {
    /// A label by its position.
    #[must_use]
    pub fn label(&self, index: usize) -> &str {
        self.labels.get(index).map_or("", String::as_str)
    }

    /// What other blocks refer to it by: `aws_vpc.main`, `var.name`; none for blocks without an address.
    #[must_use]
    pub fn address(&self) -> Option<String> {
        let (first, second) = (self.label(0), self.label(1));
        Some(match self.kind.as_str() {
            "resource" => format!("{first}.{second}"),
            "data" | "ephemeral" => format!("{}.{first}.{second}", self.kind),
            "variable" => format!("var.{first}"),
            "module" | "output" | "check" => format!("{}.{first}", self.kind),
            _ => return None,
        })
    }
}
