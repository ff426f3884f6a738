//! Calls of functions.

use formwork_bindgen::functions::{Parameter, Signature, Type as FunctionType};
use formwork_bindgen::surface;

use crate::emit::code::{Code, Untyped, borrowed};
use crate::emit::expression::{Writer, Written};
use crate::emit::literal;
use crate::expression::{Expand, Expression};
use crate::functions;
use crate::types::Type;

/// The most arguments of any types that can be given as a tuple.
const TUPLE: usize = 8;

impl Writer<'_> {
    pub(crate) fn call(&mut self, expression: &Expression, want: Option<&Type>) -> Written<Code> {
        let Expression::Call(name, arguments, expand) = expression else {
            return Err(Untyped("it is no call".to_owned()));
        };
        if let Some(function) = name.strip_prefix("provider::") {
            return self.provider_function(function, arguments, *expand, want);
        }
        match self.functions.get(name) {
            Some(signature) if fits(signature, arguments.len(), *expand) => {
                self.typed_call(&signature.clone(), arguments, *expand, want)
            }
            _ => self.plain_call(name, arguments, *expand, want),
        }
    }

    fn typed_call(
        &mut self,
        signature: &Signature,
        arguments: &[Expression],
        expand: Expand,
        want: Option<&Type>,
    ) -> Written<Code> {
        let mut variables = std::collections::HashMap::new();
        if let Some(want) = want.filter(|want| **want != Type::Any) {
            functions::unify(&signature.returns, want, &mut variables);
            variables.retain(|_, ty| !holds_any(ty));
        }
        let mut inferred = functions::bind(signature, &mut |index| {
            let ty = self.infer(arguments.get(index)?);
            // The last argument is a list of arguments.
            let is_expanded = expand == Expand::Last && index + 1 == arguments.len();
            Some(match (is_expanded, ty) {
                (true, Type::List(element)) => *element,
                (true, _) => Type::Any,
                (false, ty) => ty,
            })
        });
        for (name, ty) in variables {
            // What the caller wants counts, unless the arguments say something else.
            let known = inferred.get(&name);
            if known.is_none_or(|known| *known == Type::Any) {
                inferred.insert(name, ty);
            }
        }
        if signature.returns.innermost() == "dynamic" && !inferred.contains_key("R") {
            let mut wanted = std::collections::HashMap::new();
            if let Some(want) = want {
                unify_open(&signature.returns, want, &mut wanted);
            }
            inferred.insert("R".to_owned(), wanted.remove("R").unwrap_or(Type::Any));
        }
        let typed = |ty: &FunctionType| {
            Type::of_function(ty, &|name| inferred.get(name).cloned().unwrap_or(Type::Any))
        };
        let mut written = Vec::new();
        // What takes all the arguments that are left stands last.
        for (index, parameter) in signature.parameters.iter().enumerate() {
            if parameter.variadic {
                written.push(self.variadic(parameter, &typed(&parameter.ty), &arguments[index..], expand)?);
                break;
            }
            let argument =
                arguments.get(index).ok_or_else(|| Untyped("an argument is missing".to_owned()))?;
            written.push(match is_any(&parameter.ty) {
                true => self.any_or_null(argument)?,
                false => self.expr_of(argument, &typed(&parameter.ty))?,
            });
        }
        let result = typed(&signature.returns);
        let variables: Vec<String> = signature
            .variables()
            .into_iter()
            .map(|name| inferred.get(&name).unwrap_or(&Type::Any).rust())
            .collect();
        let generics =
            if variables.is_empty() { String::new() } else { format!("::<{}>", variables.join(", ")) };
        let rust = surface::method_name(&signature.name);
        Ok(Code::call(format!("functions::{rust}{generics}({})", written.join(", ")), result))
    }

    fn variadic(
        &mut self,
        parameter: &Parameter,
        ty: &Type,
        arguments: &[Expression],
        expand: Expand,
    ) -> Written<String> {
        let (last, first) = match (expand, arguments.split_last()) {
            (Expand::Last, Some((last, first))) => (Some(last), first),
            _ => (None, arguments),
        };
        if is_any(&parameter.ty) {
            let mut written = Vec::new();
            for argument in first {
                written.push(self.any_or_null(argument)?);
            }
            if let Some(last) = last {
                let list = self.code(last, Some(&Type::list(Type::Any)))?.cast(&Type::list(Type::Any));
                if written.is_empty() {
                    return Ok(list.argument());
                }
                written.push(format!("Argument::expand({})", list.owned()));
            }
            return Ok(match written.len() {
                0 => "()".to_owned(),
                1 => format!("[{}]", written[0]),
                2..=TUPLE => format!("({})", written.join(", ")),
                _ => {
                    let each: Vec<String> =
                        written.iter().map(|one| format!("Argument::from({one})")).collect();
                    format!("[{}]", each.join(", "))
                }
            });
        }
        let items = self.arguments(first, ty)?;
        Ok(match last {
            None if first.is_empty() => "()".to_owned(),
            None => items,
            Some(last) => {
                let list = self.code(last, Some(&Type::list(ty.clone())))?.cast(&Type::list(ty.clone()));
                match first.is_empty() {
                    true => list.argument(),
                    false => format!("Arguments::<{}>::from({items}).expand({})", ty.rust(), list.argument()),
                }
            }
        })
    }

    /// Arguments of one type, as an array of one Rust type.
    fn arguments(&mut self, arguments: &[Expression], ty: &Type) -> Written<String> {
        let mut written = Vec::new();
        for argument in arguments {
            written.push(self.expr_of(argument, ty)?);
        }
        let is_uniform = written.iter().all(|one| borrowed(one).is_some())
            || written.iter().all(|one| one.starts_with('"'))
            || arguments.len() == 1
            || arguments
                .iter()
                .all(|one| matches!(one, Expression::Number(digits) if !digits.contains(['.', 'e'])));
        if !is_uniform {
            for one in &mut written {
                *one = match borrowed(one) {
                    Some(place) => format!("{place}.clone()"),
                    None if is_expression(one) => std::mem::take(one),
                    None => format!("Expr::<{}>::from({one})", ty.rust()),
                };
            }
        }
        Ok(format!("[{}]", written.join(", ")))
    }

    pub(crate) fn any_or_null(&mut self, expression: &Expression) -> Written<String> {
        match expression {
            Expression::Null => Ok("Expr::<Json>::null()".to_owned()),
            _ => self.any_of(expression),
        }
    }

    /// A call of a function that has no Rust function for these arguments.
    fn plain_call(
        &mut self,
        name: &str,
        arguments: &[Expression],
        expand: Expand,
        want: Option<&Type>,
    ) -> Written<Code> {
        let ty = match self.functions.get(name.trim_start_matches("core::")) {
            Some(signature) => {
                functions::result(signature, &mut |index| arguments.get(index).map(|one| self.infer(one)))
            }
            None => want.cloned().unwrap_or(Type::Any),
        };
        let mut written = Vec::new();
        for (index, argument) in arguments.iter().enumerate() {
            if expand == Expand::Last && index + 1 == arguments.len() {
                let list = self.code(argument, Some(&Type::list(Type::Any)))?.cast(&Type::list(Type::Any));
                written.push(format!("Argument::expand({})", list.owned()));
            } else {
                written.push(format!("Argument::from({})", self.any_or_null(argument)?));
            }
        }
        let name = literal::string(name);
        let ty_text = ty.rust();
        Ok(Code::call(format!("Expr::<{ty_text}>::call({name}, [{}])", written.join(", ")), ty))
    }

    fn provider_function(
        &mut self,
        function: &str,
        arguments: &[Expression],
        expand: Expand,
        want: Option<&Type>,
    ) -> Written<Code> {
        let Some((provider, function)) = function.split_once("::") else {
            return Err(Untyped(format!("`provider::{function}` names no function of a provider")));
        };
        let ty = want.cloned().unwrap_or(Type::Any);
        let any = Parameter {
            name: String::new(),
            ty: FunctionType::Name("dynamic".to_owned()),
            nullable: true,
            variadic: true,
        };
        let arguments = self.variadic(&any, &Type::Any, arguments, expand)?;
        let (provider, function) = (literal::string(provider), literal::string(function));
        Ok(Code::call(
            format!("functions::provider::<{}>({provider}, {function}, {arguments})", ty.rust()),
            ty,
        ))
    }
}

/// Whether as many arguments are given as the Rust function takes.
fn fits(signature: &Signature, count: usize, expand: Expand) -> bool {
    let fixed = signature.parameters.iter().filter(|parameter| !parameter.variadic).count();
    let is_variadic = fixed < signature.parameters.len();
    match (is_variadic, expand) {
        (true, Expand::Last) => count > fixed,
        (true, Expand::Nothing) => count >= fixed,
        (false, Expand::Last) => false,
        (false, Expand::Nothing) => count == fixed,
    }
}

fn is_any(ty: &FunctionType) -> bool {
    *ty == FunctionType::Name("dynamic".to_owned())
}

fn unify_open(pattern: &FunctionType, ty: &Type, variables: &mut std::collections::HashMap<String, Type>) {
    match (pattern, ty) {
        (FunctionType::Name(name), ty) if name == "dynamic" => {
            variables.insert("R".to_owned(), ty.clone());
        }
        (FunctionType::Of(of, inner), Type::Map(element)) if of == "map" => {
            unify_open(inner, element, variables)
        }
        (FunctionType::Of(of, inner), Type::List(element)) if of != "map" => {
            unify_open(inner, element, variables)
        }
        _ => {}
    }
}

fn holds_any(ty: &Type) -> bool {
    match ty {
        Type::Any => true,
        Type::List(inner) | Type::Map(inner) => holds_any(inner),
        Type::Text | Type::Number | Type::Truth => false,
    }
}

/// Whether Rust text is an expression rather than a literal.
fn is_expression(text: &str) -> bool {
    let is_literal =
        text.starts_with(['"', '[', '-']) || text.starts_with(|first: char| first.is_ascii_digit());
    let is_macro = text.starts_with("format!") || text.starts_with("json!");
    let is_raw = text.starts_with("r\"") || text.starts_with("r#\"");
    !is_literal && !is_macro && !is_raw && text != "true" && text != "false" && !text.starts_with("Vec::")
}
