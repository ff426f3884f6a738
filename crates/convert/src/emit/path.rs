//! References and what is behind them: attributes, indexes, splats.

use formwork_bindgen::surface;

use crate::emit::code::{Code, Untyped};
use crate::emit::expression::{Writer, Written};
use crate::emit::literal;
use crate::emit::scope::{Object, Repeat};
use crate::expression::Expression;
use crate::types::Type;

/// One step of a path.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Field(String),
    Index(Expression),
}

/// The beginning of a path, and its steps.
pub(crate) fn steps(expression: &Expression) -> (&Expression, Vec<Step>) {
    match expression {
        Expression::Field(inner, name) => {
            let (root, mut all) = steps(inner);
            all.push(Step::Field(name.clone()));
            (root, all)
        }
        Expression::Index(inner, key) => {
            let (root, mut all) = steps(inner);
            all.push(Step::Index((**key).clone()));
            (root, all)
        }
        other => (other, Vec::new()),
    }
}

/// Where an object is in a path: its address, and how many steps name it.
pub(crate) fn object_address(root: &str, steps: &[Step]) -> Option<(String, usize)> {
    let name = |index: usize| match steps.get(index) {
        Some(Step::Field(name)) => Some(name.as_str()),
        _ => None,
    };
    match root {
        "data" | "ephemeral" => Some((format!("{root}.{}.{}", name(0)?, name(1)?), 2)),
        _ => Some((format!("{root}.{}", name(0)?), 1)),
    }
}

impl Writer<'_> {
    pub(crate) fn path(&mut self, expression: &Expression, want: Option<&Type>) -> Written<Code> {
        let (root, all) = steps(expression);
        let Expression::Root(name) = root else {
            let inner = self.code(root, None)?;
            return self.walk(inner, &all, want);
        };
        if let Some((_, rust, ty)) = self.scope.bound.iter().rev().find(|(known, _, _)| known == name) {
            let place = Code::place(rust.clone(), ty.clone());
            return self.walk(place, &all, want);
        }
        if let Some((_, rust, ty)) =
            self.scope.iterators.iter().rev().find(|(known, _, _)| known == name).cloned()
        {
            return match all.first() {
                Some(Step::Field(field)) if field == "key" => {
                    // The key of an element of a list is its position; of a set, the element itself.
                    self.walk(Code::call(format!("{rust}.key()"), Type::Text), &all[1..], want)
                }
                Some(Step::Field(field)) if field == "value" => {
                    self.walk(Code::call(format!("{rust}.value()"), ty), &all[1..], want)
                }
                _ => Err(Untyped(format!("`{name}` has only a key and a value"))),
            };
        }
        let field = |index: usize| match all.get(index) {
            Some(Step::Field(name)) => Some(name.as_str()),
            _ => None,
        };
        match (name.as_str(), field(0)) {
            ("var" | "local", Some(value)) => {
                let address = format!("{name}.{value}");
                let function = if name == "var" { "variable" } else { "local" };
                let start = match self.scope.places.get(&address) {
                    Some(place) => {
                        let known =
                            self.scope.types.get(&address).or_else(|| self.known.values.get(&address));
                        Code::place(place.clone(), known.cloned().unwrap_or(Type::Any))
                    }
                    None => {
                        let known = self.known.values.get(&address).cloned();
                        let ty = known.filter(|ty| *ty != Type::Any || all.len() > 1);
                        let ty = ty.or_else(|| want.filter(|_| all.len() == 1).cloned()).unwrap_or(Type::Any);
                        Code::call(
                            format!("named::{function}::<{}>({})", ty.rust(), literal::string(value)),
                            ty,
                        )
                    }
                };
                self.walk(start, &all[1..], want)
            }
            ("each", Some("key")) => match self.scope.each {
                Some(_) => self.walk(Code::call("each.key()", Type::Text), &all[1..], want),
                None => self.walk(Code::call("named::each_key()", Type::Text), &all[1..], want),
            },
            ("each", Some("value")) => match self.scope.each.clone() {
                Some(ty) => self.walk(Code::call("each.value()", ty), &all[1..], want),
                None => {
                    let ty = want.filter(|_| all.len() == 1).cloned().unwrap_or(Type::Any);
                    self.walk(
                        Code::call(format!("named::each_value::<{}>()", ty.rust()), ty),
                        &all[1..],
                        want,
                    )
                }
            },
            ("count", Some("index")) => {
                let code = if self.scope.count {
                    Code::place("index", Type::Number)
                } else {
                    Code::call("named::count_index()", Type::Number)
                };
                self.walk(code, &all[1..], want)
            }
            ("self", _) => self.walk(Code::call("named::self_object()", Type::Any), &all, want),
            ("path", Some(which @ ("module" | "root" | "cwd"))) => {
                self.walk(Code::call(format!("named::path_{which}()"), Type::Text), &all[1..], want)
            }
            ("terraform", Some("workspace")) => {
                self.walk(Code::call("named::workspace()", Type::Text), &all[1..], want)
            }
            ("terraform", Some("applying")) => {
                self.walk(Code::call("named::applying()", Type::Truth), &all[1..], want)
            }
            ("module", Some(module)) => self.module(module, &all[1..], want),
            _ => self.object(name, &all, want),
        }
    }

    fn module(&mut self, name: &str, rest: &[Step], want: Option<&Type>) -> Written<Code> {
        let address = format!("module.{name}");
        let repeat = self.known.modules.get(&address).copied().unwrap_or(Repeat::Once);
        let Some(place) = self.scope.places.get(&address).cloned() else {
            return self.walk(
                Code::call(format!("named::module({})", literal::string(name)), Type::Any),
                rest,
                want,
            );
        };
        self.reference(&place, repeat, None, rest, want)
    }

    fn object(&mut self, root: &str, all: &[Step], want: Option<&Type>) -> Written<Code> {
        let Some((address, taken)) = object_address(root, all) else {
            return Err(Untyped(format!("`{root}` is no reference")));
        };
        let rest = &all[taken..];
        let mut object = self.known.objects.get(&address).cloned();
        if let Some(object) = object.as_mut().filter(|_| self.scope.untyped.contains(&address)) {
            "Reference".clone_into(&mut object.reference);
        }
        if let (Some(place), Some(object)) = (self.scope.places.get(&address).cloned(), &object) {
            return self.reference(&place, object.repeat, Some(object), rest, want);
        }
        let parts: Vec<&str> = address.split('.').collect();
        let code = match parts[..] {
            ["data", type_name, name] => {
                format!("named::data({}, {})", literal::string(type_name), literal::string(name))
            }
            ["ephemeral", type_name, name] => {
                format!("named::ephemeral({}, {})", literal::string(type_name), literal::string(name))
            }
            [type_name, name] => {
                format!("named::resource({}, {})", literal::string(type_name), literal::string(name))
            }
            _ => return Err(Untyped(format!("`{address}` is no address"))),
        };
        let code = Code::call(code, Type::Any);
        // The type of an attribute is known, also where the object has no variable.
        let known = match (&object, rest) {
            (Some(object), [Step::Field(name)]) if object.repeat == Repeat::Once => {
                attribute_type(object, name)
            }
            (Some(object), [Step::Index(_), Step::Field(name)]) => attribute_type(object, name),
            _ => None,
        };
        let known = known.filter(|ty| *ty != Type::Any);
        self.walk(code, rest, known.as_ref().or(want))
    }

    /// What stands behind a reference that Rust has.
    fn reference(
        &mut self,
        place: &str,
        repeat: Repeat,
        object: Option<&Object>,
        rest: &[Step],
        want: Option<&Type>,
    ) -> Written<Code> {
        match (repeat, rest) {
            (Repeat::Once, [Step::Field(name), rest @ ..]) => {
                let code = attribute(place, object, name, want.filter(|_| rest.is_empty()));
                self.walk(code, rest, want)
            }
            (Repeat::Count | Repeat::ForEach, [Step::Index(key), Step::Field(name), rest @ ..]) => {
                let key = self.instance_key(repeat, key)?;
                let code =
                    attribute(&format!("{place}.at({key})"), object, name, want.filter(|_| rest.is_empty()));
                self.walk(code, rest, want)
            }
            (Repeat::Count | Repeat::ForEach, [Step::Index(key)]) => {
                let key = self.instance_key(repeat, key)?;
                Ok(Code::call(format!("{place}.at({key}).as_ref().object()"), Type::Any))
            }
            _ => self.walk(Code::call(format!("{place}.as_ref().object()"), Type::Any), rest, want),
        }
    }

    fn instance_key(&mut self, repeat: Repeat, key: &Expression) -> Written<String> {
        match (repeat, key) {
            (Repeat::Count, Expression::Number(digits)) => Ok(crate::normal::number(digits)),
            (Repeat::Count, key) => Ok(self.code(key, Some(&Type::Number))?.cast(&Type::Number).argument()),
            (_, key) => self.expr_of(key, &Type::Text),
        }
    }

    /// Goes along the steps behind a value.
    fn walk(&mut self, mut code: Code, rest: &[Step], want: Option<&Type>) -> Written<Code> {
        for (index, step) in rest.iter().enumerate() {
            let is_last = index + 1 == rest.len();
            let wanted = want.filter(|_| is_last).cloned().unwrap_or(Type::Any);
            code = match (step, code.ty.clone()) {
                (Step::Field(name), Type::Map(element)) => {
                    Code::call(format!("{}.key({})", code.receiver(), literal::string(name)), *element)
                }
                (Step::Field(name), _) => {
                    let inner = code.cast(&Type::Any);
                    Code::call(
                        format!("{}.field::<{}>({})", inner.receiver(), wanted.rust(), literal::string(name)),
                        wanted,
                    )
                }
                (Step::Index(key), Type::List(element)) => {
                    let key = match key {
                        Expression::Number(digits) => crate::normal::number(digits),
                        key => self.expr_of(key, &Type::Number)?,
                    };
                    Code::call(format!("{}.at({key})", code.receiver()), *element)
                }
                (Step::Index(key), Type::Map(element)) => {
                    let key = self.expr_of(key, &Type::Text)?;
                    Code::call(format!("{}.key({key})", code.receiver()), *element)
                }
                (Step::Index(key), _) => {
                    let inner = code.cast(&Type::Any);
                    let receiver = inner.receiver();
                    let text = match (key, self.infer(key)) {
                        (Expression::Number(digits), _) => {
                            format!("{receiver}.at::<{}>({})", wanted.rust(), crate::normal::number(digits))
                        }
                        (key, Type::Number) => {
                            format!(
                                "{receiver}.at::<{}>({})",
                                wanted.rust(),
                                self.expr_of(key, &Type::Number)?
                            )
                        }
                        (key, _) => format!(
                            "{receiver}.key::<{}>({})",
                            wanted.rust(),
                            self.expr_of(key, &Type::Text)?
                        ),
                    };
                    Code::call(text, wanted)
                }
            };
        }
        Ok(code)
    }

    pub(crate) fn splat(&mut self, expression: &Expression, want: Option<&Type>) -> Written<Code> {
        let Expression::Splat(inner, each) = expression else {
            return Err(Untyped("it is no splat".to_owned()));
        };
        let element = match want {
            Some(Type::List(element)) => (**element).clone(),
            _ => Type::Any,
        };
        if let Some(code) = self.all_of(inner, each, &element)? {
            return Ok(code);
        }
        let code = self.code(inner, None)?;
        if **each == Expression::Element {
            let single = code.cast(&Type::Text);
            let ty = Type::list(element);
            return Ok(
                Code::call(format!("{}.unless_null()", single.receiver()), Type::list(Type::Text)).cast(&ty)
            );
        }
        let path =
            each_path(each).ok_or_else(|| Untyped("the steps of the splat are computed".to_owned()))?;
        let list = match &code.ty {
            Type::List(_) => code,
            _ => code.cast(&Type::list(Type::Any)),
        };
        let ty = match self.infer_splat(expression) {
            Type::Any => element,
            known => known,
        };
        let path = literal::string(&path);
        Ok(Code::call(format!("{}.each::<{}>({path})", list.receiver(), ty.rust()), Type::list(ty)))
    }

    /// An attribute of all objects of a repeated resource that Rust has a variable for.
    fn all_of(&mut self, inner: &Expression, each: &Expression, element: &Type) -> Written<Option<Code>> {
        let Some(path) = inner.as_path() else { return Ok(None) };
        let address = path.join(".");
        let (Some(place), Some(mut object)) =
            (self.scope.places.get(&address).cloned(), self.known.objects.get(&address).cloned())
        else {
            return Ok(None);
        };
        if self.scope.untyped.contains(&address) {
            "Reference".clone_into(&mut object.reference);
        }
        let Expression::Field(first, name) = each else { return Ok(None) };
        if object.repeat != Repeat::Count || **first != Expression::Element {
            return Ok(None);
        }
        let one = self.scope.free("one");
        let code = attribute(&one, Some(&object), name, Some(element));
        let ty = Type::list(code.ty.clone());
        Ok(Some(Code::call(format!("{place}.all(|{one}| {})", code.text), ty)))
    }
}

/// The type of an attribute, or of the blocks of a name.
pub(crate) fn attribute_type(object: &Object, name: &str) -> Option<Type> {
    let schema = object.schema.as_ref()?;
    match schema.attribute(name) {
        Some(attribute) => Some(Type::of_attribute(&attribute.ty)),
        None => schema.nested_block(name).map(|nested| Type::of_nesting(nested.nesting)),
    }
}

fn attribute(place: &str, object: Option<&Object>, name: &str, want: Option<&Type>) -> Code {
    let has_method = |object: &Object| {
        let Some(schema) = object.schema.as_ref().filter(|_| object.reference.ends_with("Ref")) else {
            return false;
        };
        let attribute = schema.attribute(name).is_some_and(|attribute| {
            // Those are read by one index, and HCL may say anything.
            let is_whole = !surface::is_read_by_position(attribute);
            is_whole && !attribute.write_only && !attribute.deprecated
        });
        let block = schema.nested_block(name).is_some_and(|nested| name != "timeouts" && !nested.deprecated);
        attribute || block
    };
    match object.filter(|object| has_method(object)).and_then(|object| attribute_type(object, name)) {
        Some(ty) => Code::call(format!("{place}.{}()", surface::method_name(name)), ty),
        None => {
            let ty = object
                .and_then(|object| attribute_type(object, name))
                .or_else(|| want.cloned())
                .unwrap_or(Type::Any);
            Code::call(format!("{place}.as_ref().attribute::<{}>({})", ty.rust(), literal::string(name)), ty)
        }
    }
}

/// The steps of a splat as text behind `[*].`.
fn each_path(each: &Expression) -> Option<String> {
    match each {
        Expression::Element => Some(String::new()),
        Expression::Field(inner, name) => {
            let before = each_path(inner)?;
            Some(if before.is_empty() { name.clone() } else { format!("{before}.{name}") })
        }
        Expression::Index(inner, key) => {
            let before = each_path(inner)?;
            if before.is_empty() {
                return None;
            }
            match &**key {
                Expression::Number(digits) => Some(format!("{before}[{digits}]")),
                key => Some(format!("{before}[{}]", formwork_core::text::quoted(key.as_text()?))),
            }
        }
        _ => None,
    }
}
