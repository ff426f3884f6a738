//! The functions of Terraform's language: what they take and return.

use std::collections::HashMap;

use formwork_bindgen::functions::{Signature, Type as FunctionType, signatures};

use crate::types::Type;

/// All functions by name.
pub(crate) struct Functions {
    by_name: HashMap<String, Signature>,
}

impl Functions {
    pub(crate) fn known() -> Self {
        let all = signatures().expect("a test of formwork-bindgen reads all lines");
        Self { by_name: all.into_iter().map(|one| (one.name.clone(), one)).collect() }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Signature> {
        self.by_name.get(name)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }
}

/// The type that a call has, from the types of its arguments.
pub(crate) fn result(signature: &Signature, argument: &mut dyn FnMut(usize) -> Option<Type>) -> Type {
    let variables = bind(signature, argument);
    Type::of_function(&signature.returns, &|name| variables.get(name).cloned().unwrap_or(Type::Any))
}

/// What stands for the type variables, from the types of the arguments.
pub(crate) fn bind(
    signature: &Signature,
    argument: &mut dyn FnMut(usize) -> Option<Type>,
) -> HashMap<String, Type> {
    let mut variables = HashMap::new();
    let mut index = 0;
    for parameter in &signature.parameters {
        while let Some(ty) = argument(index) {
            index += 1;
            unify(&parameter.ty, &ty, &mut variables);
            if !parameter.variadic {
                break;
            }
        }
    }
    variables
}

/// Takes what a type says of the variables in a pattern.
pub(crate) fn unify(pattern: &FunctionType, ty: &Type, variables: &mut HashMap<String, Type>) {
    match (pattern, ty) {
        (FunctionType::Name(name), ty) if pattern.variable().is_some() => {
            let known = variables.remove(name);
            let now = known.map_or_else(|| ty.clone(), |known| known.with(ty.clone()));
            variables.insert(name.clone(), now);
        }
        (FunctionType::Of(of, inner), Type::Map(element)) if of == "map" => unify(inner, element, variables),
        (FunctionType::Of(of, inner), Type::List(element)) if of != "map" => unify(inner, element, variables),
        (FunctionType::Of(_, inner), _) => unify(inner, &Type::Any, variables),
        _ => {}
    }
}
