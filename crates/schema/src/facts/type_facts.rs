//! What the table says of one resource type.

use std::collections::BTreeMap;

use serde::Deserialize;

/// What is known of a resource type. What an entry does not say is nothing: an absent role, an empty label.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TypeFacts {
    /// What it is in a picture. For a type without one, its name decides.
    pub role: Option<Role>,
    /// What it is for, if it is a thing in a picture.
    pub category: Category,
    /// What a picture calls it, as the product pages of AWS and GitHub spell it: `RDS DB instance`.
    pub name: String,
    /// What is lost with one, because no document has it: `the database`.
    pub loses: Option<String>,
    /// Whether it is paid for.
    #[serde(rename = "price")]
    pub payment: Option<Payment>,
    /// What makes backups of what it keeps.
    pub backups: Option<Backups>,

    /// What the provider's messages call it, such as `EC2 VPC`.
    pub label: String,
    /// Attributes by which it can be imported, besides its id.
    pub import: Vec<String>,
    /// What no two may share.
    pub unique: Option<Unique>,
    /// The code of the error for a reference to one that does not exist.
    pub missing: Option<String>,
    /// Whether an account has it once, whatever the region.
    pub global: bool,
    /// Whether all accounts share its names.
    pub shared: bool,
    /// Templates of computed attributes, by dotted path.
    pub computed: BTreeMap<String, toml::Value>,
    /// Computed attributes that are there only if an argument is true or given.
    pub only_with: BTreeMap<String, String>,
    /// What such an attribute is otherwise, where that is not nothing.
    pub otherwise: BTreeMap<String, String>,
    /// The argument that keeps it from being destroyed.
    pub protected_by: Option<Protection>,
    /// The code of the error for destroying one that others still refer to.
    pub in_use: Option<String>,
    /// Arguments that force replacement, where that could not be measured.
    pub replace: Vec<String>,
    /// Arguments that name another object: the argument's dotted path, and the other's type.
    pub refers: BTreeMap<String, String>,
    /// Arguments that name what its id is unique in: a bucket for the objects in it.
    pub within: Vec<String>,
    /// Its name stays taken for some days after it was destroyed.
    pub keeps: Option<Keeps>,
    /// What it leaves when it is destroyed.
    pub leaves: Option<Leaves>,
    /// Arguments whose changes wait for the maintenance window, unless `apply_immediately` is true.
    pub waits: Vec<String>,
    /// An argument that the cloud raises by itself.
    pub grows: Option<Grows>,
    /// How large documents may be.
    pub limits: Vec<Limit>,
}

/// What a resource type is in a picture of an architecture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A thing that a person would draw.
    Node,
    /// A network: it is drawn as a box around what is in it.
    Network,
    /// A part of a network: those of one tier are a box within the network.
    Subnet,
    /// A part of some thing: a policy of a role, an alias of a function, a rule of a bus.
    Part,
    /// A part that says who may connect to whom.
    Access,
    /// A part by which the thing that it names feeds another: the arrow goes against its reference.
    Feed,
    /// A part whose references say nothing about who uses what, such as a policy that names those who may come.
    NoEdges,
    /// A part that belongs to what uses it, whatever it refers to itself: a security group, a policy.
    PartOfUser,
    /// The same, but a thing of its own where nothing uses it: a role that a pipeline assumes, a task that is started
    /// by hand.
    Standalone,
    /// A part of a network, such as a route: what refers to it does not own it.
    NetworkPart,
}

/// What a thing in a picture is for; it chooses the colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Where requests come in.
    Entry,
    /// What runs code.
    Compute,
    /// What carries messages and time.
    Messaging,
    /// What keeps data.
    Data,
    /// What connects.
    Network,
    /// Identities, keys and secrets.
    Security,
    /// Repositories, images and artifacts.
    Delivery,
    /// What watches.
    Observability,
    /// Anything else.
    #[default]
    Other,
}

/// Whether resources of a type are paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payment {
    /// They cost nothing by themselves. What they belong to may.
    Free,
    /// They are paid for, and the cost estimate has a formula for them.
    Counted,
}

/// What makes backups of what a resource keeps.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Backups {
    /// An argument says for how many days backups are kept.
    Days {
        /// The argument.
        argument: String,
        /// Whether backups are kept unless the argument is 0, rather than only if it is given.
        #[serde(default)]
        by_default: bool,
        /// Arguments that make it a copy of another, which has the backups.
        #[serde(default)]
        copies: Vec<String>,
    },
    /// A block turns them on.
    Switch {
        /// The block.
        block: String,
        /// Its argument that is true or false.
        argument: String,
    },
    /// Another resource turns them on.
    Policy {
        /// The other resource's type.
        #[serde(rename = "type")]
        type_name: String,
        /// Its argument that names what it is for.
        refers: String,
        /// The block that says whether it is on.
        block: String,
        /// The argument of the block.
        argument: String,
        /// What the argument is when it is off.
        off: String,
    },
}

/// Attributes that identify an object beside its id.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unique {
    /// The attributes; together they differ between any two objects.
    pub by: Vec<String>,
    /// The code of the cloud's error.
    pub error: String,
    /// Whether letters of both cases are one.
    #[serde(default)]
    pub any_case: bool,
}

/// An argument that keeps an object from being destroyed while it is true.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Protection {
    /// The argument.
    pub argument: String,
    /// The cloud's error.
    pub error: String,
}

/// How long a name stays taken.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keeps {
    /// The argument that says for how many days.
    pub days: String,
    /// The days without it.
    pub otherwise: i64,
    /// The cloud's error meanwhile.
    pub error: String,
    /// How to have the name sooner.
    pub hint: String,
}

/// A copy that is made when an object is destroyed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leaves {
    /// The argument that names the copy.
    pub argument: String,
    /// The argument that is true if there shall be none.
    #[serde(default)]
    pub unless: String,
    /// The resource type of the copy.
    #[serde(rename = "type")]
    pub type_name: String,
    /// The copy's attribute that has its name.
    pub named: String,
    /// The copy's attribute that names what it was made of, and the attribute there.
    pub of: (String, String),
    /// The code of the error for a name that is taken.
    pub error: String,
}

/// An argument that the cloud raises by itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grows {
    /// The argument.
    pub argument: String,
    /// The argument that says up to where.
    pub up_to: String,
}

/// How large a document may be, or all of several objects together.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// The argument that holds the document.
    pub argument: String,
    /// The most characters.
    pub most: usize,
    /// The arguments of objects whose documents count together; none if each counts alone.
    #[serde(default)]
    pub together: Vec<String>,
    /// The cloud's error.
    pub error: String,
}
