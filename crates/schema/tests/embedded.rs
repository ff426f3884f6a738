//! Every embedded catalogue is whole, and has what the provider has.

use std::collections::HashSet;

use formwork_schema::{AttributeType, Catalogue, Kind, Library, Nesting, Type};

#[test]
fn verifies() {
    let library = Library::embedded();
    assert_eq!(library.iter().count(), 9);
    for catalogue in library.iter() {
        catalogue.verify().unwrap();
    }
}

#[test]
fn has_what_the_providers_have() {
    let library = Library::embedded();
    for (source, version, expected) in [
        ("archive", "2.8.0", [1, 1, 0, 0, 0, 0]),
        ("aws", "5.100.0", [1526, 608, 7, 3, 0, 0]),
        ("aws", "6.47.0", [1663, 663, 10, 4, 0, 0]),
        ("integrations/github", "6.13.0", [88, 75, 0, 0, 0, 0]),
        ("local", "2.5.3", [2, 2, 0, 0, 0, 0]),
        ("null", "3.2.4", [1, 1, 0, 0, 0, 0]),
        ("random", "3.7.2", [8, 0, 1, 0, 0, 0]),
        ("time", "0.13.0", [4, 0, 0, 0, 0, 0]),
        ("tls", "4.1.0", [4, 2, 1, 0, 0, 0]),
    ] {
        let constraint = version.parse().unwrap();
        let catalogue = library.matching(source, &constraint).next().unwrap();
        let counts = Kind::ALL.map(|kind| catalogue.names(kind).count());
        assert_eq!(counts, expected, "{source} {version}");
    }
}

#[test]
fn every_name_is_found() {
    for catalogue in Library::embedded().iter() {
        for name in catalogue.resource_names() {
            assert!(catalogue.resource(name).unwrap().is_some(), "{name}");
        }
        for name in catalogue.data_source_names() {
            assert!(catalogue.data_source(name).unwrap().is_some(), "{name}");
        }
        for name in catalogue.ephemeral_names() {
            assert!(catalogue.ephemeral(name).unwrap().is_some(), "{name}");
        }
        for name in catalogue.function_names() {
            assert!(catalogue.function(name).unwrap().is_some(), "{name}");
        }
        assert!(catalogue.provider().unwrap().is_some());
    }
    for catalogue in Library::embedded().extras("aws") {
        catalogue.verify().unwrap();
        assert_eq!(Kind::ALL.map(|kind| catalogue.names(kind).count()), [0, 0, 0, 0, 11, 183]);
    }
}

#[test]
fn a_resource_is_as_documented() {
    let library = Library::embedded();
    let aws = &library.versions("hashicorp/aws")[0];
    let function = aws.resource("aws_lambda_function").unwrap().unwrap();
    let role = function.block.attribute("role").unwrap();
    assert!(role.required && !role.computed);
    assert_eq!(role.ty, AttributeType::Value(Type::String));
    let vpc_config = function.block.nested_block("vpc_config").unwrap();
    assert_eq!((vpc_config.nesting, vpc_config.max), (Nesting::List, Some(1)));
    let vpc_config = aws.block(vpc_config.shape).unwrap();
    let subnet_ids = &vpc_config.attribute("subnet_ids").unwrap().ty;
    assert_eq!(subnet_ids, &AttributeType::Value(Type::Set(Type::String.into())));

    assert_eq!(aws.resource("aws_lamda_function").unwrap(), None);
    assert_eq!(aws.nearest(Kind::Resource, "aws_lamda_function"), Some("aws_lambda_function"));
    assert_eq!(aws.nearest(Kind::Data, "random_pet"), None);
}

/// Windows checkouts may turn the line ends of a user's catalogue into these.
#[test]
fn reads_carriage_returns() {
    let library = Library::embedded();
    let tls = library.versions("tls")[0].text();
    let catalogue = Catalogue::parse(tls.replace('\n', "\r\n")).unwrap();
    catalogue.verify().unwrap();
    let original = &library.versions("tls")[0];
    assert_eq!(catalogue.provider(), original.provider());
    for name in original.resource_names() {
        assert_eq!(catalogue.resource(name), original.resource(name));
    }
    assert_eq!(catalogue.resource_names().count(), 4);
}

/// A shape's identifier says the same of it in every catalogue.
#[test]
fn shapes_are_shared_between_catalogues() {
    let library = Library::embedded();
    let shapes = |catalogue: &Catalogue| -> HashSet<String> {
        let lines = catalogue.text().lines();
        lines.filter(|it| it.starts_with("block ")).map(String::from).collect()
    };
    let [new, old] = library.versions("aws") else {
        panic!("two versions of aws are embedded");
    };
    assert!(shapes(new).intersection(&shapes(old)).count() > 3000);
}
