//! Expression trees: what they say, and what they come to.
//!
//! By construction no tree divides by zero or looks outside of a list. What would not be exact in `f64` comes to
//! nothing, and the sample is left out.

use formwork::{Arguments, Expr, functions};
use proptest::prelude::{Rng, RngExt};
use serde_json::json;

/// The local values that trees refer to.
pub(crate) const LOCALS: [f64; 4] = [0.0, 7.0, -3.0, 12.5];

/// Beyond this, products and sums could be rounded.
const LARGEST: f64 = (1_u64 << 45) as f64;

/// How deep a tree goes.
const DEPTH: u32 = 5;

/// An expression of any type.
#[derive(Clone, Debug)]
pub(crate) enum Tree {
    Number(Number),
    Truth(Truth),
    Text(Text),
    List(List),
    /// A list that is grouped to a map: by a condition on each element, with a value for each.
    Groups(List, Truth, Number),
}

#[derive(Clone, Debug)]
pub(crate) enum Number {
    Literal(i64),
    Local(usize),
    /// What the closure of a `for` got: the innermost is the last one.
    Bound(usize),
    Negative(Box<Self>),
    Sum(Box<Self>, Box<Self>),
    Difference(Box<Self>, Box<Self>),
    Product(Box<Self>, Box<Self>),
    Quotient(Box<Self>, i64),
    Remainder(Box<Self>, i64),
    Choice(Box<Truth>, Box<Self>, Box<Self>),
    Length(Box<List>),
    /// `max(number, list...)`
    Largest(Box<Self>, Box<List>),
    /// `[…, number][…]`
    Element(Vec<Self>, usize),
}

#[derive(Clone, Debug)]
pub(crate) enum Truth {
    Literal(bool),
    Not(Box<Self>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    Less(Number, Number),
    AtMost(Number, Number),
    Greater(Number, Number),
    AtLeast(Number, Number),
    Same(Number, Number),
    Alike(Box<Self>, Box<Self>),
    SameText(Text, Text),
    Differ(Number, Number),
    Choice(Box<Self>, Box<Self>, Box<Self>),
    Contains(Box<List>, Number),
}

#[derive(Clone, Debug)]
pub(crate) enum Text {
    Literal(String),
    /// Text around text, as `format!` makes it.
    Around(String, Box<Self>, String),
    OfNumber(Number),
    Choice(Box<Truth>, Box<Self>, Box<Self>),
    /// `join(separator, [for … : "text"])`
    Joined(String, Box<List>),
}

#[derive(Clone, Debug)]
pub(crate) enum List {
    Literal(Vec<Number>),
    Choice(Box<Truth>, Box<Self>, Box<Self>),
    Reversed(Box<Self>),
    Concat(Box<Self>, Box<Self>),
    /// `[for item in list : number if truth]`
    Mapped(Box<Self>, Box<Number>, Option<Box<Truth>>),
    /// `[for index, item in list : index * number + item]`
    Numbered(Box<Self>, Box<Number>),
}

impl Tree {
    /// Draws a tree.
    pub(crate) fn draw(random: &mut impl Rng) -> Self {
        let mut draw = Draw { random, bound: 0 };
        match draw.below(5) {
            0 => Self::Number(draw.number(DEPTH)),
            1 => Self::Truth(draw.truth(DEPTH)),
            2 => Self::Text(draw.text(DEPTH)),
            3 => Self::List(draw.list(DEPTH)),
            _ => {
                let list = draw.list(DEPTH - 1);
                draw.inside(|draw| Self::Groups(list, draw.truth(DEPTH - 2), draw.number(DEPTH - 2)))
            }
        }
    }

    /// The expression, inside of a list so that `null` and types are kept apart.
    pub(crate) fn say(&self) -> formwork::Json {
        let say = &mut Say::default();
        match self {
            Self::Number(number) => say.number(number).into(),
            Self::Truth(truth) => say.truth(truth).into(),
            Self::Text(text) => say.text(text).into(),
            Self::List(list) => say.list(list).into(),
            Self::Groups(list, key, value) => {
                let list = say.list(list);
                let group = list.iter().group(|item| {
                    say.bound.push(item);
                    (say.truth(key).then("yes").otherwise("no"), say.number(value))
                });
                group.into()
            }
        }
    }

    /// What the expression comes to, unless it is not exact.
    pub(crate) fn compute(&self) -> Option<serde_json::Value> {
        let compute = &mut Compute::default();
        Some(match self {
            Self::Number(number) => json!(compute.number(number)?),
            Self::Truth(truth) => json!(compute.truth(truth)?),
            Self::Text(text) => json!(compute.text(text)?),
            Self::List(list) => json!(compute.list(list)?),
            Self::Groups(list, key, value) => {
                let mut groups = std::collections::BTreeMap::<&str, Vec<f64>>::new();
                for item in compute.list(list)? {
                    compute.bound.push(item);
                    let key = if compute.truth(key)? { "yes" } else { "no" };
                    groups.entry(key).or_default().push(compute.number(value)?);
                    compute.bound.pop();
                }
                json!(groups)
            }
        })
    }
}

struct Draw<'a, R> {
    random: &'a mut R,
    /// How many closures the place is in.
    bound: usize,
}

impl<R: Rng> Draw<'_, R> {
    fn below(&mut self, end: usize) -> usize {
        self.random.random_range(0..end)
    }

    fn inside<T>(&mut self, draw: impl FnOnce(&mut Self) -> T) -> T {
        self.bound += 1;
        let drawn = draw(self);
        self.bound -= 1;
        drawn
    }

    fn number(&mut self, depth: u32) -> Number {
        let kinds = if depth == 0 { 4 } else { 15 };
        let next = depth.saturating_sub(1);
        let boxed = |draw: &mut Self| Box::new(draw.number(next));
        match self.below(kinds) {
            0 | 1 if self.bound > 0 => Number::Bound(self.below(self.bound)),
            0 | 2 => Number::Literal(self.random.random_range(-20..100)),
            1 | 3 => Number::Local(self.below(LOCALS.len())),
            4 => Number::Negative(boxed(self)),
            5 => Number::Sum(boxed(self), boxed(self)),
            6 | 7 => Number::Difference(boxed(self), boxed(self)),
            8 => Number::Product(boxed(self), boxed(self)),
            9 => Number::Quotient(boxed(self), [2, 4, -8][self.below(3)]),
            10 => Number::Remainder(boxed(self), [3, -7, 10][self.below(3)]),
            11 => Number::Choice(Box::new(self.truth(next)), boxed(self), boxed(self)),
            12 => Number::Length(Box::new(self.list(next))),
            13 => Number::Largest(boxed(self), Box::new(self.list(next))),
            _ => {
                let length = 1 + self.below(3);
                Number::Element((0..length).map(|_| self.number(next)).collect(), self.below(length))
            }
        }
    }

    fn truth(&mut self, depth: u32) -> Truth {
        let kinds = if depth == 0 { 1 } else { 14 };
        let next = depth.saturating_sub(1);
        let boxed = |draw: &mut Self| Box::new(draw.truth(next));
        match self.below(kinds) {
            0 => Truth::Literal(self.random.random()),
            1 => Truth::Not(boxed(self)),
            2 => Truth::And(boxed(self), boxed(self)),
            3 => Truth::Or(boxed(self), boxed(self)),
            4 => Truth::Less(self.number(next), self.number(next)),
            5 => Truth::AtMost(self.number(next), self.number(next)),
            6 => Truth::Greater(self.number(next), self.number(next)),
            7 => Truth::AtLeast(self.number(next), self.number(next)),
            8 => Truth::Same(self.number(next), self.number(next)),
            9 => Truth::Alike(boxed(self), boxed(self)),
            10 => Truth::SameText(self.text(next), self.text(next)),
            11 => Truth::Differ(self.number(next), self.number(next)),
            12 => Truth::Choice(boxed(self), boxed(self), boxed(self)),
            _ => Truth::Contains(Box::new(self.list(next)), self.number(next)),
        }
    }

    fn text(&mut self, depth: u32) -> Text {
        let kinds = if depth == 0 { 1 } else { 6 };
        let next = depth.saturating_sub(1);
        match self.below(kinds) {
            0 => Text::Literal(hostile(self.random)),
            1 | 2 => Text::Around(hostile(self.random), Box::new(self.text(next)), hostile(self.random)),
            3 => Text::OfNumber(self.number(next)),
            4 => {
                Text::Choice(Box::new(self.truth(next)), Box::new(self.text(next)), Box::new(self.text(next)))
            }
            _ => Text::Joined(hostile(self.random), Box::new(self.list(next))),
        }
    }

    fn list(&mut self, depth: u32) -> List {
        let kinds = if depth == 0 { 1 } else { 8 };
        let next = depth.saturating_sub(1);
        let boxed = |draw: &mut Self| Box::new(draw.list(next));
        match self.below(kinds) {
            0 => {
                let length = self.below(4);
                List::Literal((0..length).map(|_| self.number(depth.min(1))).collect())
            }
            1 => List::Choice(Box::new(self.truth(next)), boxed(self), boxed(self)),
            2 => List::Reversed(boxed(self)),
            3 => List::Concat(boxed(self), boxed(self)),
            4 | 5 => List::Mapped(boxed(self), Box::new(self.inside(|draw| draw.number(next))), None),
            6 => {
                let list = boxed(self);
                self.inside(|draw| {
                    List::Mapped(list, Box::new(draw.number(next)), Some(Box::new(draw.truth(next))))
                })
            }
            _ => List::Numbered(boxed(self), Box::new(self.inside(|draw| draw.number(next)))),
        }
    }
}

/// Text in which what Terraform reads specially is frequent. Its characters have one form only: terraform composes
/// those that have several.
pub(crate) fn hostile(random: &mut impl Rng) -> String {
    const PIECES: [&str; 24] = [
        "${", "%{", "$", "%", "}", "{", "\"", "\\", "\n", "\r", "\t", "a", "B", "0", " ", "ü", "日", "😀",
        "\u{2028}", "\u{7f}", "\u{1}", "#", "<<EOT\n", "item",
    ];
    let length = random.random_range(0..8);
    (0..length).map(|_| PIECES[random.random_range(0..PIECES.len())]).collect()
}

#[derive(Default)]
struct Say {
    bound: Vec<Expr<f64>>,
}

impl Say {
    fn number(&mut self, number: &Number) -> Expr<f64> {
        match number {
            Number::Literal(number) => (*number).into(),
            Number::Local(index) => Expr::raw(format!("local.n{index}")),
            Number::Bound(index) => self.bound[*index].clone(),
            Number::Negative(a) => -self.number(a),
            Number::Sum(a, b) => self.number(a) + self.number(b),
            Number::Difference(a, b) => self.number(a) - self.number(b),
            Number::Product(a, b) => self.number(a) * self.number(b),
            Number::Quotient(a, b) => self.number(a) / *b,
            Number::Remainder(a, b) => self.number(a) % *b,
            Number::Choice(condition, a, b) => {
                self.truth(condition).then(self.number(a)).otherwise(self.number(b))
            }
            Number::Length(list) => functions::length(self.list(list)),
            Number::Largest(a, list) => {
                functions::max(Arguments::from([self.number(a)]).expand(self.list(list)))
            }
            Number::Element(items, index) => {
                let items: Vec<Expr<f64>> = items.iter().map(|item| self.number(item)).collect();
                Expr::<Vec<f64>>::from(items).at(*index)
            }
        }
    }

    fn truth(&mut self, truth: &Truth) -> Expr<bool> {
        match truth {
            Truth::Literal(truth) => (*truth).into(),
            Truth::Not(a) => !self.truth(a),
            Truth::And(a, b) => self.truth(a).and(self.truth(b)),
            Truth::Or(a, b) => self.truth(a).or(self.truth(b)),
            Truth::Less(a, b) => self.number(a).lt(self.number(b)),
            Truth::AtMost(a, b) => self.number(a).le(self.number(b)),
            Truth::Greater(a, b) => self.number(a).gt(self.number(b)),
            Truth::AtLeast(a, b) => self.number(a).ge(self.number(b)),
            Truth::Same(a, b) => self.number(a).eq(self.number(b)),
            Truth::Differ(a, b) => self.number(a).ne(self.number(b)),
            Truth::Alike(a, b) => self.truth(a).eq(self.truth(b)),
            Truth::SameText(a, b) => self.text(a).eq(self.text(b)),
            Truth::Choice(condition, a, b) => {
                self.truth(condition).then(self.truth(a)).otherwise(self.truth(b))
            }
            Truth::Contains(list, a) => functions::contains(self.list(list), self.number(a)),
        }
    }

    fn text(&mut self, text: &Text) -> Expr<String> {
        match text {
            Text::Literal(text) => text.into(),
            Text::Around(before, text, after) => format!("{before}{}{after}", self.text(text)).into(),
            // A sum with zero has no sign where it is zero.
            Text::OfNumber(a) => format!("={}", self.number(a) + 0).into(),
            Text::Choice(condition, a, b) => self.truth(condition).then(self.text(a)).otherwise(self.text(b)),
            Text::Joined(separator, list) => {
                let list = self.list(list);
                functions::join(separator, [list.iter().map(|item| format!("<{}>", item + 0))])
            }
        }
    }

    fn list(&mut self, list: &List) -> Expr<Vec<f64>> {
        match list {
            List::Literal(items) => items.iter().map(|item| self.number(item)).collect::<Vec<_>>().into(),
            List::Choice(condition, a, b) => self.truth(condition).then(self.list(a)).otherwise(self.list(b)),
            List::Reversed(a) => functions::reverse(self.list(a)),
            List::Concat(a, b) => functions::concat([self.list(a), self.list(b)]),
            List::Mapped(list, body, condition) => {
                let list = self.list(list);
                let mut all = list.iter();
                if let Some(condition) = condition {
                    all = all.filter(|item| self.with(item, |say| say.truth(condition)));
                }
                all.map(|item| self.with(item, |say| say.number(body)))
            }
            List::Numbered(list, body) => {
                let list = self.list(list);
                let numbered = |(index, item): (Expr<f64>, Expr<f64>)| {
                    index * self.with(item.clone(), |say| say.number(body)) + item
                };
                list.iter().enumerate().map(numbered)
            }
        }
    }

    fn with<T>(&mut self, item: Expr<f64>, say: impl FnOnce(&mut Self) -> T) -> T {
        self.bound.push(item);
        let said = say(self);
        self.bound.pop();
        said
    }
}

#[derive(Default)]
struct Compute {
    bound: Vec<f64>,
}

impl Compute {
    fn number(&mut self, number: &Number) -> Option<f64> {
        let computed = match number {
            Number::Literal(number) => *number as f64,
            Number::Local(index) => LOCALS[*index],
            Number::Bound(index) => self.bound[*index],
            Number::Negative(a) => -self.number(a)?,
            Number::Sum(a, b) => self.number(a)? + self.number(b)?,
            Number::Difference(a, b) => self.number(a)? - self.number(b)?,
            Number::Product(a, b) => self.number(a)? * self.number(b)?,
            Number::Quotient(a, b) => self.number(a)? / *b as f64,
            Number::Remainder(a, b) => self.number(a)? % *b as f64,
            Number::Choice(condition, a, b) => {
                let (a, b) = (self.number(a)?, self.number(b)?);
                if self.truth(condition)? { a } else { b }
            }
            Number::Length(list) => self.list(list)?.len() as f64,
            Number::Largest(a, list) => {
                let first = self.number(a)?;
                self.list(list)?.into_iter().fold(first, f64::max)
            }
            Number::Element(items, index) => {
                let items: Option<Vec<f64>> = items.iter().map(|item| self.number(item)).collect();
                items?[*index]
            }
        };
        let is_exact = computed.abs() < LARGEST && (computed * 256.0).fract() == 0.0;
        is_exact.then_some(computed)
    }

    fn truth(&mut self, truth: &Truth) -> Option<bool> {
        Some(match truth {
            Truth::Literal(truth) => *truth,
            Truth::Not(a) => !self.truth(a)?,
            Truth::And(a, b) => self.truth(a)? & self.truth(b)?,
            Truth::Or(a, b) => self.truth(a)? | self.truth(b)?,
            Truth::Less(a, b) => self.number(a)? < self.number(b)?,
            Truth::AtMost(a, b) => self.number(a)? <= self.number(b)?,
            Truth::Greater(a, b) => self.number(a)? > self.number(b)?,
            Truth::AtLeast(a, b) => self.number(a)? >= self.number(b)?,
            Truth::Same(a, b) => self.number(a)? == self.number(b)?,
            Truth::Differ(a, b) => self.number(a)? != self.number(b)?,
            Truth::Alike(a, b) => self.truth(a)? == self.truth(b)?,
            Truth::SameText(a, b) => self.text(a)? == self.text(b)?,
            Truth::Choice(condition, a, b) => {
                let (a, b) = (self.truth(a)?, self.truth(b)?);
                if self.truth(condition)? { a } else { b }
            }
            Truth::Contains(list, a) => self.list(list)?.contains(&self.number(a)?),
        })
    }

    fn text(&mut self, text: &Text) -> Option<String> {
        Some(match text {
            Text::Literal(text) => text.clone(),
            Text::Around(before, text, after) => format!("{before}{}{after}", self.text(text)?),
            Text::OfNumber(a) => format!("={}", self.number(a)? + 0.0),
            Text::Choice(condition, a, b) => {
                let (a, b) = (self.text(a)?, self.text(b)?);
                if self.truth(condition)? { a } else { b }
            }
            Text::Joined(separator, list) => {
                let items: Vec<String> =
                    self.list(list)?.into_iter().map(|item| format!("<{}>", item + 0.0)).collect();
                items.join(separator)
            }
        })
    }

    fn list(&mut self, list: &List) -> Option<Vec<f64>> {
        Some(match list {
            List::Literal(items) => items.iter().map(|item| self.number(item)).collect::<Option<_>>()?,
            List::Choice(condition, a, b) => {
                let (a, b) = (self.list(a)?, self.list(b)?);
                if self.truth(condition)? { a } else { b }
            }
            List::Reversed(a) => self.list(a)?.into_iter().rev().collect(),
            List::Concat(a, b) => [self.list(a)?, self.list(b)?].concat(),
            List::Mapped(list, body, condition) => {
                let mut mapped = Vec::new();
                for item in self.list(list)? {
                    let keep = match condition {
                        Some(condition) => self.with(item, |compute| compute.truth(condition))?,
                        None => true,
                    };
                    let body = self.with(item, |compute| compute.number(body))?;
                    mapped.extend(keep.then_some(body));
                }
                mapped
            }
            List::Numbered(list, body) => {
                let mut mapped = Vec::new();
                for (index, item) in self.list(list)?.into_iter().enumerate() {
                    mapped.push(index as f64 * self.with(item, |compute| compute.number(body))? + item);
                }
                mapped
            }
        })
    }

    fn with<T>(&mut self, item: f64, compute: impl FnOnce(&mut Self) -> T) -> T {
        self.bound.push(item);
        let computed = compute(self);
        self.bound.pop();
        computed
    }
}
