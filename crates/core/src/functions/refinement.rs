//! More exact types for functions whose types Terraform's metadata calls `dynamic`.
//!
//! The metadata has no type variables, so that a function whose result depends on its arguments is `dynamic` there.
//! Each line is a signature with variables; it replaces that of the facts. What takes or gives values of several types
//! at once is left as it is, or is reached with `cast`.

use crate::functions::signature::Signature;

const REFINED: [&str; 35] = [
    "chunklist(list: list(T), size: number) -> list(list(T))",
    "coalesce(vals...: T) -> T",
    "coalescelist(vals...: list(T)) -> list(T)",
    "concat(seqs...: list(T)) -> list(T)",
    "contains(list: list(T), value: T) -> bool",
    "distinct(list: list(T)) -> list(T)",
    "element(list: list(T), index: number) -> T",
    "ephemeralasnull(value: T) -> T",
    // Lists within lists to any depth: what is inside at last is the caller's to say.
    "flatten(list: dynamic) -> list(dynamic)",
    // A string, unknown or not: the metadata has it `dynamic` for the sake of its refinements.
    "format(format: string, args...: dynamic) -> string",
    "formatlist(format: string, args...: dynamic) -> list(string)",
    "index(list: list(T), value: T) -> number",
    "keys(inputMap: map(T)) -> list(string)",
    // The default is optional for the sake of Terraform 0.11; without it, `map.key(…)` does the same.
    "lookup(inputMap: map(T), key: string, default: T) -> T",
    "matchkeys(values: list(V), keys: list(K), searchset: list(K)) -> list(V)",
    "merge(maps...: map(T)) -> map(T)",
    "nonsensitive(value: T) -> T",
    "one(list: list(T)) -> T",
    "parseint(number: string, base: number) -> number",
    "regexall(pattern: string, string: string) -> list(dynamic)",
    "reverse(list: list(T)) -> list(T)",
    "sensitive(value: T) -> T",
    "setintersection(first_set: set(T), other_sets...: set(T)) -> set(T)",
    "setproduct(sets...: set(T)) -> list(list(T))",
    "setsubtract(a: set(T), b: set(T)) -> set(T)",
    "setunion(first_set: set(T), other_sets...: set(T)) -> set(T)",
    "slice(list: list(T), start_index: number, end_index: number) -> list(T)",
    "sum(list: list(number)) -> number",
    "tolist(v: list(T)) -> list(T)",
    "tomap(v: map(T)) -> map(T)",
    "toset(v: list(T)) -> set(T)",
    "try(expressions...: T) -> T",
    "values(mapping: map(T)) -> list(T)",
    "zipmap(keys: list(string), values: list(T)) -> map(T)",
    "csvdecode(str: string) -> list(dynamic)",
];

/// Puts the refined signatures in the place of those of the facts, which still say what may be null.
///
/// # Errors
/// Returns the refinement of a function that the facts do not have, or that takes another number of arguments there.
pub fn refined(mut signatures: Vec<Signature>) -> Result<Vec<Signature>, &'static str> {
    for line in REFINED {
        let mut refinement = Signature::parse(line).ok_or(line)?;
        let same = |known: &&mut Signature| {
            let names = known.parameters.iter().map(|parameter| &parameter.name);
            known.name == refinement.name && names.eq(refinement.parameters.iter().map(|it| &it.name))
        };
        let known = signatures.iter_mut().find(same).ok_or(line)?;
        for (own, parameter) in refinement.parameters.iter_mut().zip(&known.parameters) {
            own.nullable = parameter.nullable;
        }
        *known = refinement;
    }
    Ok(signatures)
}
