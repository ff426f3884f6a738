//! Expressions of Terraform's language, without what does not change their meaning: parentheses, strip markers,
//! indentation of heredocs and the legacy forms of splats and indexes are gone once an expression is read.

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, with the digits that it was written with.
    Number(String),
    /// Text with or without what is filled in.
    Template(Vec<Part>),
    /// `[a, b]`.
    List(Vec<Self>),
    /// `{ k = a }`.
    Object(Vec<(Self, Self)>),
    /// A name at the beginning of a path: `var`, `aws_vpc`, `each`, or what a `for` has named.
    Root(String),
    /// `a.name`.
    Field(Box<Self>, String),
    /// `a[key]`.
    Index(Box<Self>, Box<Self>),
    /// `a[*].name[0]`: the steps are those for each element, on [`Expression::Element`].
    Splat(Box<Self>, Box<Self>),
    /// The element within the steps of a splat.
    Element,
    /// `name(arguments)`, and whether the last argument is `list...`.
    Call(String, Vec<Self>, Expand),
    /// `a ? b : c`.
    Conditional(Box<Self>, Box<Self>, Box<Self>),
    /// `-a`, `!a`.
    Unary(char, Box<Self>),
    /// `a + b`.
    Binary(Box<Self>, &'static str, Box<Self>),
    /// `[for …]`, `{for …}`.
    For(Box<For>),
}

/// Whether the last argument of a call is the list of the last arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expand {
    /// `f(a, list...)`
    Last,
    /// `f(a, b)`
    Nothing,
}

/// A piece of text.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Text that stays as it is.
    Text(String),
    /// `${a}`.
    Value(Expression),
}

/// A `for` expression.
#[derive(Clone, Debug, PartialEq)]
pub struct For {
    /// The name of the key or position, if it has one.
    pub key_name: Option<String>,
    /// The name of the value.
    pub value_name: String,
    /// What it goes over.
    pub collection: Expression,
    /// The key of a result that is an object.
    pub key: Option<Expression>,
    /// The value of the result.
    pub value: Expression,
    /// Whether values of one key are put into a list: `...`.
    pub group: bool,
    /// Which elements count.
    pub condition: Option<Expression>,
}

impl Expression {
    /// Literal text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Template(vec![Part::Text(text.into())])
    }

    /// The text of a template in which nothing is filled in.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Template(parts) => match &parts[..] {
                [] => Some(""),
                [Part::Text(text)] => Some(text),
                _ => None,
            },
            _ => None,
        }
    }

    /// The path of names that it is: `aws_vpc.main.id`.
    #[must_use]
    pub fn as_path(&self) -> Option<Vec<&str>> {
        match self {
            Self::Root(name) => Some(vec![name]),
            Self::Field(inner, name) => {
                let mut path = inner.as_path()?;
                path.push(name);
                Some(path)
            }
            _ => None,
        }
    }

    /// A field of it.
    #[must_use]
    pub fn field(self, name: &str) -> Self {
        Self::Field(Box::new(self), name.to_owned())
    }

    /// A call of a function.
    #[must_use]
    pub fn call(name: &str, arguments: Vec<Self>) -> Self {
        Self::Call(name.to_owned(), arguments, Expand::Nothing)
    }

    /// A template, joined and without needless parts: one whole interpolation is the expression itself.
    #[must_use]
    pub fn template(parts: Vec<Part>) -> Self {
        let mut joined: Vec<Part> = Vec::new();
        for part in parts {
            match (joined.last_mut(), part) {
                (Some(Part::Text(before)), Part::Text(text)) => before.push_str(&text),
                (_, Part::Text(text)) if text.is_empty() => {}
                (_, part) => joined.push(part),
            }
        }
        match joined.pop() {
            Some(Part::Value(value)) if joined.is_empty() => value,
            Some(last) => {
                joined.push(last);
                Self::Template(joined)
            }
            None => Self::text(""),
        }
    }

    /// The expressions right within it.
    pub fn children(&self) -> Vec<&Self> {
        match self {
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Root(_) | Self::Element => Vec::new(),
            Self::Template(parts) => parts
                .iter()
                .filter_map(|part| match part {
                    Part::Value(value) => Some(value),
                    Part::Text(_) => None,
                })
                .collect(),
            Self::List(items) | Self::Call(_, items, _) => items.iter().collect(),
            Self::Object(entries) => entries.iter().flat_map(|(key, value)| [key, value]).collect(),
            Self::Field(inner, _) | Self::Unary(_, inner) => vec![inner],
            Self::Index(inner, key) => vec![inner, key],
            Self::Splat(inner, each) => vec![inner, each],
            Self::Conditional(condition, yes, no) => vec![condition, yes, no],
            Self::Binary(left, _, right) => vec![left, right],
            Self::For(one) => {
                let mut all = vec![&one.collection, &one.value];
                all.extend(&one.key);
                all.extend(&one.condition);
                all
            }
        }
    }

    /// Calls something with every expression within it and with itself, the outer ones first.
    pub(crate) fn visit(&mut self, change: &mut dyn FnMut(&mut Self)) {
        change(self);
        match self {
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Root(_) | Self::Element => {}
            Self::Template(parts) => {
                for part in parts {
                    if let Part::Value(value) = part {
                        value.visit(change);
                    }
                }
            }
            Self::List(items) | Self::Call(_, items, _) => items.iter_mut().for_each(|it| it.visit(change)),
            Self::Object(entries) => {
                for (key, value) in entries {
                    key.visit(change);
                    value.visit(change);
                }
            }
            Self::Field(inner, _) | Self::Unary(_, inner) => inner.visit(change),
            Self::Index(one, other) | Self::Splat(one, other) | Self::Binary(one, _, other) => {
                one.visit(change);
                other.visit(change);
            }
            Self::Conditional(condition, yes, no) => {
                [condition, yes, no].into_iter().for_each(|it| it.visit(change));
            }
            Self::For(one) => {
                one.collection.visit(change);
                one.value.visit(change);
                one.key.iter_mut().chain(&mut one.condition).for_each(|it| it.visit(change));
            }
        }
    }

    /// Whether it is known without asking anybody: literals, and lists and objects of them.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        match self {
            Self::Null | Self::Bool(_) | Self::Number(_) => true,
            Self::Template(_) => self.as_text().is_some(),
            Self::List(_) | Self::Object(_) => self.children().into_iter().all(Self::is_plain),
            Self::Unary('-', inner) => matches!(**inner, Self::Number(_)),
            _ => false,
        }
    }

    /// Visits every reference that begins with a name which no `for` around it has made: the names on its path as far
    /// as they are fixed.
    pub fn references(&self) -> Vec<Vec<String>> {
        let mut found = Vec::new();
        collect(self, &mut Vec::new(), &mut found);
        found
    }
}

fn collect(expression: &Expression, bound: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    if let Some(path) = expression.as_path() {
        if !bound.iter().any(|name| name == path[0]) {
            found.push(path.into_iter().map(str::to_owned).collect());
        }
        return;
    }
    match expression {
        Expression::For(one) => {
            collect(&one.collection, bound, found);
            let before = bound.len();
            bound.extend(one.key_name.iter().cloned());
            bound.push(one.value_name.clone());
            for inside in one.key.iter().chain([&one.value]).chain(&one.condition) {
                collect(inside, bound, found);
            }
            bound.truncate(before);
        }
        other => other.children().into_iter().for_each(|child| collect(child, bound, found)),
    }
}
