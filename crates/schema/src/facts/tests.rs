use crate::{Catalogue, Library, ResourceSchema};

use super::*;

/// The schemas of a type in all catalogues. What is only looked up, such as a user, is a data source and nothing else.
fn schemas(library: &Library, type_name: &str) -> Vec<ResourceSchema> {
    let of = |catalogue: &Catalogue| {
        let resource = catalogue.resource(type_name).unwrap();
        resource.or_else(|| catalogue.data_source(type_name).unwrap())
    };
    library.iter().filter_map(|catalogue| of(catalogue)).collect()
}

#[test]
fn what_is_read_entry_by_entry_is_what_the_files_say() {
    let mut whole = BTreeMap::new();
    for file in FILES {
        let mut table: BTreeMap<String, toml::Value> = toml::from_str(file).unwrap();
        if let Some(families) = table.remove(FAMILIES) {
            families.try_into::<Families>().unwrap();
        }
        for (type_name, entry) in table {
            let facts: TypeFacts = entry.try_into().unwrap();
            assert!(whole.insert(type_name.clone(), facts).is_none(), "{type_name} has two entries");
        }
    }
    let read: Vec<_> = TypeFacts::all().collect();
    let whole: Vec<_> = whole.iter().map(|(type_name, facts)| (type_name.as_str(), facts)).collect();
    assert_eq!(read, whole);
    let backups: Vec<&str> = TypeFacts::types_with_backups().collect();
    let all = TypeFacts::all().filter(|(_, facts)| facts.backups.is_some());
    assert_eq!(backups, all.map(|(type_name, _)| type_name).collect::<Vec<_>>());
}

#[test]
fn every_type_and_attribute_exists() {
    let library = Library::embedded();
    for (type_name, facts) in TypeFacts::all() {
        let schemas = schemas(&library, type_name);
        assert!(!schemas.is_empty(), "no provider has {type_name}");
        let paths = facts.computed.keys().chain(facts.refers.keys()).chain(&facts.import);
        let paths = paths.chain(&facts.replace).chain(&facts.within).chain(&facts.waits);
        let paths =
            paths.chain(facts.limits.iter().flat_map(|limit| limit.together.iter().chain([&limit.argument])));
        let paths = paths.chain(facts.grows.iter().flat_map(|grows| [&grows.argument, &grows.up_to]));
        let paths = paths.chain(facts.keeps.iter().map(|keeps| &keeps.days));
        let paths = paths.chain(facts.leaves.iter().flat_map(|leaves| [&leaves.argument, &leaves.of.1]));
        let paths = paths.chain(facts.unique.iter().flat_map(|unique| &unique.by));
        let own: Vec<&String> = match &facts.backups {
            Some(Backups::Days { argument, copies, .. }) => copies.iter().chain([argument]).collect(),
            Some(Backups::Switch { block, .. }) => vec![block],
            Some(Backups::Policy { .. }) | None => Vec::new(),
        };
        for path in paths.chain(own) {
            let name = path.split('.').next().unwrap();
            let has = schemas.iter().any(|schema| {
                schema.block.attribute(name).is_some() || schema.block.nested_block(name).is_some()
            });
            assert!(has, "{type_name} has no {path}");
        }
        for other in facts.refers.values() {
            let is_named = !TypeFacts::of(other).computed.is_empty();
            assert!(is_named, "{type_name} refers to {other}, whose names are not known");
        }
    }
}

#[test]
fn what_turns_backups_on_exists() {
    let library = Library::embedded();
    for type_name in TypeFacts::types_with_backups() {
        let (holder, block, argument) = match TypeFacts::of(type_name).backups.as_ref().unwrap() {
            Backups::Days { .. } => continue,
            Backups::Switch { block, argument } => (type_name, block, argument),
            Backups::Policy { type_name, block, argument, refers, .. } => {
                let schemas = schemas(&library, type_name);
                assert!(schemas.iter().any(|schema| schema.block.attribute(refers).is_some()), "{refers}");
                (type_name.as_str(), block, argument)
            }
        };
        let has = |catalogue: &Catalogue| {
            let schema = catalogue.resource(holder).unwrap();
            let nested = schema.and_then(|schema| Some(schema.block.nested_block(block)?.shape));
            nested.is_some_and(|shape| catalogue.block(shape).unwrap().attribute(argument).is_some())
        };
        assert!(library.iter().any(|catalogue| has(catalogue)), "{holder} has no {block}.{argument}");
    }
}

#[test]
fn a_thing_has_a_category_and_a_name_and_nothing_else_has() {
    for (type_name, facts) in TypeFacts::all() {
        let is_node = matches!(facts.role, Some(Role::Node | Role::Standalone));
        assert_eq!(is_node, facts.category != Category::Other, "the category of {type_name}");
        assert_eq!(is_node, !facts.name.is_empty(), "the name of {type_name}");
    }
}

#[test]
fn a_type_is_not_free_because_its_name_begins_like_one_that_is() {
    for paid in [
        "aws_route53recoverycontrolconfig_cluster",
        "aws_route53_health_check",
        "aws_vpc_ipam",
        "aws_vpclattice_service",
        "aws_vpn_connection",
        "aws_cloudtrail_event_data_store",
        "aws_lambda_provisioned_concurrency_config",
        "aws_s3_bucket_inventory",
    ] {
        assert_eq!(TypeFacts::payment_for(paid), None, "{paid}");
    }
    assert_eq!(TypeFacts::payment_for("aws_route"), Some(Payment::Free));
    assert_eq!(TypeFacts::payment_for("aws_iam_role"), Some(Payment::Free));
    assert_eq!(TypeFacts::payment_for("aws_nat_gateway"), Some(Payment::Counted));
}

#[test]
fn a_family_is_that_of_a_provider_or_of_one_of_its_services() {
    let library = Library::embedded();
    let known: Vec<&str> = library.iter().flat_map(|catalogue| catalogue.resource_names()).collect();
    for family in &*FREE_FAMILIES {
        // `terraform_data` is built into Terraform and in no catalogue; `archive_file` is only looked up.
        let is_without = ["terraform_", "archive_"].contains(&family.as_str());
        assert!(is_without || known.iter().any(|name| name.starts_with(family.as_str())), "{family}");
    }
}
