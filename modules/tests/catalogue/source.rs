//! What the sources say: modules in their order, their functions, types and documentation.

use std::fs;
use std::path::Path;

use quote::ToTokens;
use syn::{Attribute, Expr, Fields, FnArg, ImplItem, Item, Lit, Meta, Pat, ReturnType, Visibility};

/// The public modules, under headings.
pub(crate) struct Library {
    pub(crate) groups: Vec<(String, Vec<Module>)>,
}

pub(crate) struct Module {
    pub(crate) name: String,
    pub(crate) docs: String,
    /// Functions that take a stack.
    pub(crate) functions: Vec<Function>,
    pub(crate) types: Vec<Type>,
    /// Functions that take none, as signature and documentation.
    pub(crate) others: Vec<(String, String)>,
}

pub(crate) struct Function {
    pub(crate) name: String,
    /// From the first parenthesis on.
    pub(crate) signature: String,
    pub(crate) docs: String,
}

pub(crate) struct Type {
    pub(crate) name: String,
    pub(crate) docs: String,
    /// Fields, variants and methods, each as it is written and what it is.
    pub(crate) members: Vec<(String, String)>,
}

impl Library {
    /// Reads `lib.rs`, whose comments are the headings, and the files of each public module.
    pub(crate) fn read(folder: &Path) -> Self {
        let mut groups: Vec<(String, Vec<Module>)> = Vec::new();
        let text = fs::read_to_string(folder.join("lib.rs")).expect("lib.rs can be read");
        for line in text.lines() {
            if let Some(heading) = line.strip_prefix("// ") {
                groups.push((heading.to_owned(), Vec::new()));
            } else if let Some(name) = line.strip_prefix("pub mod ").and_then(|rest| rest.strip_suffix(';')) {
                let (_, modules) = groups.last_mut().expect("a heading stands before the modules");
                modules.push(Module::read(folder, name));
            }
        }
        groups.retain(|(_, modules)| !modules.is_empty());
        Self { groups }
    }

    pub(crate) fn modules(&self) -> impl Iterator<Item = &Module> {
        self.groups.iter().flat_map(|(_, modules)| modules)
    }
}

impl Module {
    fn read(folder: &Path, name: &str) -> Self {
        let mut module = Self {
            name: name.to_owned(),
            docs: String::new(),
            functions: Vec::new(),
            types: Vec::new(),
            others: Vec::new(),
        };
        let file = folder.join(format!("{name}.rs"));
        if file.exists() {
            module.add(&file, "");
        } else {
            module.add_folder(&folder.join(name), "");
        }
        module
    }

    /// Adds the files of a folder, `mod.rs` first. `path` is what its functions are called by.
    fn add_folder(&mut self, folder: &Path, path: &str) {
        self.add(&folder.join("mod.rs"), path);
        let entries = fs::read_dir(folder).expect("a module is a file or a folder");
        let mut paths: Vec<_> = entries.map(|entry| entry.expect("a file can be listed").path()).collect();
        paths.retain(|path| !path.ends_with("mod.rs") && !path.ends_with("tests.rs"));
        paths.sort();
        for inner in paths {
            if inner.is_dir() {
                let name = inner.file_name().expect("a folder has a name").to_string_lossy();
                self.add_folder(&inner, &format!("{path}{name}::"));
            } else {
                self.add(&inner, path);
            }
        }
    }

    fn add(&mut self, file: &Path, path: &str) {
        let text = fs::read_to_string(file).expect("a source can be read");
        let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        if self.docs.is_empty() {
            self.docs = docs(&parsed.attrs);
        }
        for item in &parsed.items {
            match item {
                Item::Fn(item) if is_public(&item.vis) => self.add_function(item, path),
                Item::Struct(item) if is_public(&item.vis) => {
                    let members = match &item.fields {
                        Fields::Named(fields) => {
                            let public = fields.named.iter().filter(|field| is_public(&field.vis));
                            public
                                .map(|field| {
                                    let name =
                                        field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
                                    (format!("{name}: {}", tokens(&field.ty)), docs(&field.attrs))
                                })
                                .collect()
                        }
                        _ => Vec::new(),
                    };
                    self.add_type(item.ident.to_string(), docs(&item.attrs), members);
                }
                Item::Enum(item) if is_public(&item.vis) => {
                    let members = item.variants.iter().map(|variant| {
                        let fields: Vec<String> = match &variant.fields {
                            Fields::Named(fields) => {
                                let names = fields.named.iter().filter_map(|field| field.ident.as_ref());
                                vec![format!(
                                    " {{ {} }}",
                                    names.map(ToString::to_string).collect::<Vec<_>>().join(", ")
                                )]
                            }
                            Fields::Unnamed(fields) => {
                                let types: Vec<_> =
                                    fields.unnamed.iter().map(|field| tokens(&field.ty)).collect();
                                vec![format!("({})", types.join(", "))]
                            }
                            Fields::Unit => Vec::new(),
                        };
                        (format!("{}{}", variant.ident, fields.concat()), docs(&variant.attrs))
                    });
                    let members = members.collect();
                    self.add_type(item.ident.to_string(), docs(&item.attrs), members);
                }
                _ => {}
            }
        }
        for item in &parsed.items {
            if let Item::Impl(item) = item
                && item.trait_.is_none()
            {
                let name = tokens(&item.self_ty);
                let Some(found) = self.types.iter_mut().find(|one| one.name == name) else { continue };
                for item in &item.items {
                    if let ImplItem::Fn(method) = item
                        && is_public(&method.vis)
                    {
                        let names = arguments(&method.sig);
                        let begin = if method.sig.receiver().is_some() { "." } else { "::" };
                        let call = format!("{begin}{}({})", method.sig.ident, names.join(", "));
                        found.members.push((call, docs(&method.attrs)));
                    }
                }
            }
        }
    }

    fn add_type(&mut self, name: String, docs: String, members: Vec<(String, String)>) {
        self.types.push(Type { name, docs, members });
    }

    fn add_function(&mut self, item: &syn::ItemFn, path: &str) {
        let name = item.sig.ident.to_string();
        let inputs: Vec<String> = item.sig.inputs.iter().map(tokens).collect();
        let output = match &item.sig.output {
            ReturnType::Default => String::new(),
            ReturnType::Type(_, output) => format!(" -> {}", tokens(output)),
        };
        let docs = docs(&item.attrs);
        if inputs.first().is_some_and(|first| first.ends_with("&mut Stack")) {
            let signature = format!("({}){output}", inputs.join(", "));
            self.functions.push(Function { name, signature, docs });
        } else {
            self.others.push((format!("{path}{name}({})", arguments(&item.sig).join(", ")), docs));
        }
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// The names of the arguments, without `self`.
fn arguments(signature: &syn::Signature) -> Vec<String> {
    let names = signature.inputs.iter().filter_map(|input| match input {
        FnArg::Receiver(_) => None,
        FnArg::Typed(typed) => match &*typed.pat {
            Pat::Ident(name) => Some(name.ident.to_string()),
            other => Some(tokens(other)),
        },
    });
    names.collect()
}

/// The text of documentation comments.
fn docs(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| {
        let Meta::NameValue(pair) = &attribute.meta else { return None };
        let Expr::Lit(literal) = &pair.value else { return None };
        match &literal.lit {
            Lit::Str(text) if pair.path.is_ident("doc") => {
                let line = text.value();
                Some(line.strip_prefix(' ').unwrap_or(&line).to_owned())
            }
            _ => None,
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A type or an argument as a person writes it.
fn tokens(part: &impl ToTokens) -> String {
    let mut text = part.to_token_stream().to_string();
    for (written, read) in
        [(" :: ", "::"), (" < ", "<"), (" > ", ">"), (" >", ">"), ("& ", "&"), (" ,", ","), (" : ", ": ")]
    {
        text = text.replace(written, read);
    }
    text
}
