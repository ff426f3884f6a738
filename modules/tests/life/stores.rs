//! Databases and caches: upgrades, growth, and what is left at the end.

use formwork::serde_json::json;
use formwork::{Stack, aws, testing};
use formwork_modules::cache::{CacheConfig, Engine, ValkeyVersion, cache};
use formwork_modules::postgres::{PostgresConfig, PostgresVersion, postgres};
use formwork_modules::secret::{SecretConfig, secret};

use crate::{REGION, ground};

fn database(version: PostgresVersion) -> PostgresConfig {
    PostgresConfig::new("shop", version, "db.t4g.micro").without_deletion_protection()
}

fn shop(stack: &mut Stack, config: PostgresConfig) {
    let ground = ground(stack);
    postgres(stack, "db", config.network(ground.vpc_id, ground.subnet_ids).allow_from("app", ground.callers));
}

fn refused(said: Result<testing::Changes, String>, error: &str) {
    let said = said.expect_err("it is refused");
    assert!(said.contains(error), "{said}");
}

#[test]
fn a_major_version_comes_at_once_or_in_the_window() {
    let life = testing::life();
    let with = |config: PostgresConfig| move |stack: &mut Stack| shop(stack, config);
    let (old, new) = (database(PostgresVersion::V16), database(PostgresVersion::V17));
    life.apply(with(old));
    let build = with(new.clone());
    refused(
        life.try_apply_program(|app| build(app.stack("test"))),
        "The AllowMajorVersionUpgrade flag must be present",
    );
    // The refused apply has made the new group; the old one goes when the instance has left it.
    let upgrade = life.apply(with(new.clone().allow_major_version_upgrade()));
    upgrade.assert_loses(["aws_db_parameter_group.db_parameters"]);
    life.plan(with(new.clone().allow_major_version_upgrade())).assert_none();

    // In the window: until then the instance has the old version and the old group, which stays.
    let newest = || database(PostgresVersion::V18).allow_major_version_upgrade_in_window();
    life.apply(with(new.allow_major_version_upgrade_in_window()));
    let upgrade = life.apply(with(newest()));
    assert_eq!(upgrade.replaced(), ["aws_db_parameter_group.db_parameters"]);
    let waiting = life.plan(with(newest()));
    assert_eq!(waiting.updated(), ["aws_db_instance.db_instance"], "{waiting}");
    life.pass_days(7);
    life.plan(with(newest())).assert_none();
}

#[test]
fn a_group_of_parameters_does_not_go_before_the_instance_left_it() {
    let life = testing::life();
    let with = |config: PostgresConfig| move |stack: &mut Stack| shop(stack, config);
    life.apply(with(database(PostgresVersion::V17)));
    // Not permitted beforehand: what the page of the module warns of.
    let build = with(database(PostgresVersion::V18).allow_major_version_upgrade_in_window());
    refused(life.try_apply_program(|app| build(app.stack("test"))), "InvalidDBParameterGroupState");
}

#[test]
fn storage_that_grew_stays_and_a_second_life_is_possible() {
    let life = testing::life();
    let build = |stack: &mut Stack| shop(stack, database(PostgresVersion::V18));
    life.apply(build);
    let id = life.id_of("aws_db_instance.db_instance");
    life.drift(("aws_db_instance", &id), &json!({ "allocated_storage": 60 }));
    life.plan(build).assert_none();
    let more = |stack: &mut Stack| shop(stack, database(PostgresVersion::V18).storage_gib(80, 120));
    assert_eq!(life.plan(more).updated(), ["aws_db_instance.db_instance"]);
    // Twice: each life leaves a snapshot of its own.
    for _ in 0..2 {
        life.destroy(build);
        life.apply(build);
    }
    // Another user makes another instance, and with it another life.
    let other = |stack: &mut Stack| shop(stack, database(PostgresVersion::V18).username("shop"));
    life.apply(other).assert_loses(["aws_db_instance.db_instance", "terraform_data.db_life"]);
    let named = |stack: &mut Stack| shop(stack, database(PostgresVersion::V18).final_snapshot("shop-end"));
    life.destroy(other);
    life.apply(named);
    life.destroy(named);
    life.apply(named);
    let build = |app: &mut formwork::App| named(app.stack("test"));
    refused(life.try_destroy_program(build), "DBSnapshotAlreadyExists");
}

#[test]
fn caches_change_their_engine_and_secrets_keep_their_names() {
    let life = testing::life();
    let build = |version: ValkeyVersion, days: u32| {
        move |stack: &mut Stack| {
            let ground = ground(stack);
            let config = CacheConfig::new("shop", Engine::Valkey(version), "cache.t4g.micro")
                .network(ground.vpc_id, ground.subnet_ids)
                .allow_from("app", ground.callers);
            cache(stack, "cache", config);
            secret(stack, "smtp", SecretConfig::new("/shop/smtp", "SMTP").recovery_days(days));
        }
    };
    life.apply(build(ValkeyVersion::V8_2, 30));
    let upgrade = life.apply(build(ValkeyVersion::V9_0, 30));
    upgrade.assert_loses(["aws_elasticache_parameter_group.cache_parameters"]);
    life.plan(build(ValkeyVersion::V9_0, 30)).assert_none();
    life.destroy(build(ValkeyVersion::V9_0, 30));
    let again = build(ValkeyVersion::V9_0, 0);
    let said = life.try_apply_program(|app| again(app.stack("test"))).unwrap_err();
    assert!(said.contains("already scheduled for deletion"), "{said}");
    assert!(said.contains("free again in 30 days"), "{said}");
    life.pass_days(29);
    assert!(life.try_apply_program(|app| again(app.stack("test"))).is_err());
    life.pass_days(1);
    life.apply(again);
    // Without a window the name is free at once.
    life.destroy(again);
    life.apply(again);
}

#[test]
fn two_stacks_have_a_database_each_in_two_regions() {
    let life = testing::life();
    let build = |app: &mut formwork::App| {
        for region in [REGION, "us-east-1"] {
            let stack = app.stack(&format!("shop-{region}"));
            stack.provider(aws::Provider::new().region(region));
            let vpc = stack.add("vpc", aws::Vpc::new().cidr_block("10.0.0.0/16"));
            let subnets = ["a", "b"].map(|zone| {
                let cidr = if zone == "a" { "10.0.0.0/24" } else { "10.0.1.0/24" };
                let subnet = aws::Subnet::new(vpc.id()).cidr_block(cidr);
                stack.add(zone, subnet.availability_zone(format!("{region}{zone}"))).id()
            });
            postgres(stack, "db", database(PostgresVersion::V18).network(vpc.id(), subnets));
        }
    };
    life.apply_program(build);
    life.plan_program(build).assert_none();
    life.destroy_program(build);
}
