//! Which object an argument names, however it is written: `aws_s3_bucket.pages.id`, its `arn`, or its literal name.

use formwork_core::references::{self, Step};
use formwork_core::{Block, Json, Kind, Object, Stack};
use formwork_schema::TypeFacts;

/// Attributes that stand for the object as a whole.
const NAMES: [&str; 11] = [
    "arn",
    "bucket",
    "function_name",
    "id",
    "identifier",
    "key_id",
    "name",
    "url",
    "arn_suffix",
    "domain",
    "repository",
];

/// Functions that give another value each time.
const IMPURE: [&str; 4] = ["bcrypt(", "plantimestamp(", "timestamp(", "uuid("];

/// What an argument says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Said {
    /// Text that the program knows.
    Literal(String),
    /// What Terraform computes, of one stack.
    Expression(String),
}

impl Said {
    /// What a value says: nothing if it is not there, and an error if it is neither text nor a number, or is never the
    /// same twice.
    pub(super) fn of(value: Option<&Json>) -> Result<Option<Self>, Unreadable> {
        match value {
            None | Some(Json::Null) => Ok(None),
            Some(Json::String(text)) => Ok(Some(Self::Literal(references::unescaped(text)))),
            Some(Json::Integer(number)) => Ok(Some(Self::Literal(number.to_string()))),
            Some(Json::Bool(value)) => Ok(Some(Self::Literal(value.to_string()))),
            Some(Json::Template(text)) if !IMPURE.iter().any(|call| text.contains(call)) => {
                Ok(Some(Self::Expression(text.to_string())))
            }
            Some(_) => Err(Unreadable),
        }
    }

    /// The same, where the argument names an object: all attributes that stand for it say the same, and so does the
    /// name that the program gave it.
    pub(super) fn object(stack: &Stack, value: Option<&Json>) -> Result<Option<Self>, Unreadable> {
        let said = Self::of(value)?;
        let Some(Self::Expression(text)) = &said else { return Ok(said) };
        let Some((type_name, name, instance)) = object_of(text) else { return Ok(said) };
        let named = stack.resource(type_name, name).filter(|object| !is_repeated(&object.block));
        let given = named.and_then(|object| given_name(type_name, &object.block));
        Ok(Some(given.unwrap_or_else(|| Self::Expression(format!("{type_name}.{name}{instance}")))))
    }

    pub(super) fn text(&self) -> &str {
        match self {
            Self::Literal(text) => text,
            Self::Expression(text) => references::whole(text).unwrap_or(text),
        }
    }
}

/// A value that cannot be compared.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable;

/// The resource whose name, id or ARN a text is, and nothing else: its type, its logical name and its instance.
pub(super) fn object_of(text: &str) -> Option<(&str, &str, String)> {
    let traversal = references::reference(text)?;
    let block = traversal.block().filter(|block| block.kind == Kind::Resource)?;
    let (last, instance) = block.rest.split_last()?;
    let Step::Name(attribute) = last else { return None };
    let instance = match instance {
        [] => String::new(),
        [Step::Index(key) | Step::Key(key)] => format!("[{key}]"),
        _ => return None,
    };
    NAMES.contains(attribute).then_some((block.type_name, block.name, instance))
}

/// The resource that an argument names as a whole or by one of its instances.
pub(super) fn owner<'s>(
    stack: &'s Stack,
    type_name: &str,
    value: Option<&Json>,
) -> Option<(String, &'s Object)> {
    match value? {
        Json::Template(text) => {
            let traversal = references::reference(text)?;
            let block = traversal.block().filter(|block| block.kind == Kind::Resource)?;
            let object =
                stack.resource(block.type_name, block.name).filter(|_| block.type_name == type_name)?;
            Some((block.address().to_string(), object))
        }
        Json::String(text) => {
            let name = Said::Literal(references::unescaped(text));
            let mut same = stack
                .resources_of(type_name)
                .filter(|(_, object)| !is_repeated(&object.block))
                .filter(|(_, object)| given_name(type_name, &object.block).as_ref() == Some(&name));
            let (logical, object) = same.next()?;
            Some((format!("{type_name}.{logical}"), object))
        }
        _ => None,
    }
}

/// Whether the provider invents an argument that is not given, so that no two objects have the same.
pub(super) fn is_invented(facts: &TypeFacts, block: &Block, argument: &str) -> bool {
    let is_given = block.get(argument).is_some_and(|value| *value != Json::Null);
    let template = facts.computed.get(argument).and_then(|template| template.as_str());
    !is_given && template.is_some_and(|template| template.contains("{digits") || template.contains("{hex"))
}

/// The name by which the cloud knows an object, if the program gives it.
fn given_name(type_name: &str, block: &Block) -> Option<Said> {
    let [by] = TypeFacts::of(type_name).unique.as_ref()?.by.as_slice() else { return None };
    match Said::of(block.get(by)) {
        Ok(Some(literal @ Said::Literal(_))) => Some(literal),
        _ => None,
    }
}

/// Whether one object stands for many, or for none.
pub(super) fn is_repeated(block: &Block) -> bool {
    ["count", "for_each"].into_iter().any(|name| block.get(name).is_some())
}

/// Whether changes of an argument are left alone.
pub(super) fn ignores(block: &Block, argument: &str) -> bool {
    let Some(Json::Block(lifecycle)) = block.get("lifecycle") else { return false };
    match lifecycle.get("ignore_changes") {
        Some(Json::Array(items)) => {
            items.iter().any(|item| matches!(item, Json::String(text) if **text == *argument))
        }
        // `all`.
        Some(Json::String(_)) => true,
        _ => false,
    }
}
