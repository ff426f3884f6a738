//! Load balancers, services, sites, certificates and APIs.

use formwork::serde_json::json;
use formwork::{App, Expr, Stack, aws, testing};
use formwork_modules::certificate::{CertificateConfig, certificate};
use formwork_modules::egress_group::{EgressGroupConfig, egress_group};
use formwork_modules::fargate_service::{
    ClusterConfig, FargateServiceConfig, FargateTaskConfig, cluster, fargate_service,
};
use formwork_modules::http_api::{HttpApiConfig, Route as ApiRoute, http_api};
use formwork_modules::lambda_service::{LambdaServiceConfig, Package, lambda_service};
use formwork_modules::load_balancer::{HealthCheck, LoadBalancerConfig, Route, load_balancer};
use formwork_modules::rest_api::Method;

use crate::{Ground, REGION, ground};

fn balanced(stack: &mut Stack, ground: &Ground, ports: [(&str, u16); 2]) {
    let mut config = LoadBalancerConfig::new("shop", ground.vpc_id.clone(), ground.subnet_ids.clone())
        .without_deletion_protection();
    for (name, port) in ports {
        let health = HealthCheck::new(format!("/{name}/health"));
        config = config.route(Route::new(name, [format!("/{name}/*")], port, health));
    }
    let balancer = load_balancer(stack, "lb", config);
    let cluster = cluster(stack, "cluster", ClusterConfig::new("shop"));
    for (name, _) in ports {
        let task = FargateTaskConfig::new(format!("shop-{name}"), "public.ecr.aws/nginx/nginx:1.27", REGION);
        let config = FargateServiceConfig::new(&cluster.cluster, task)
            .network(ground.vpc_id.clone(), ground.subnet_ids.clone())
            .scales(2, 10)
            .behind(&balancer.targets[name]);
        fargate_service(stack, name, config);
    }
}

#[test]
fn ports_are_swapped_and_the_load_decides_on_tasks() {
    let life = testing::life();
    let build = |ports: [(&'static str, u16); 2]| {
        move |stack: &mut Stack| {
            let ground = ground(stack);
            balanced(stack, &ground, ports);
        }
    };
    let first = build([("orders", 8080), ("users", 9090)]);
    life.apply(first);
    let id = life.id_of("aws_ecs_service.orders_service");
    life.drift(("aws_ecs_service", &id), &json!({ "desired_count": 7 }));
    let plan = life.plan(first);
    assert!(plan.of("aws_ecs_service.orders_service").is_none(), "{plan}");
    // The name of a container's port is in its task's definition, which is registered anew.
    let swapped = life.apply(build([("orders", 9090), ("users", 8080)]));
    let kept =
        swapped.replaced().into_iter().filter(|address| !address.starts_with("aws_ecs_task_definition."));
    assert_eq!(kept.collect::<Vec<_>>(), [""; 0], "{swapped}");
    assert_eq!(swapped.destroyed(), [""; 0], "{swapped}");
    // A port of its own is a target group of its own: the old one goes when nothing leads to it.
    let moved = life.apply(build([("orders", 9191), ("users", 8080)]));
    assert_eq!(moved.destroyed(), ["aws_lb_listener_rule.lb_port_9090", "aws_lb_target_group.lb_port_9090"]);
    life.plan(build([("orders", 9191), ("users", 8080)])).assert_none();
}

#[test]
fn a_group_that_rules_name_is_replaced_before_it_goes() {
    let life = testing::life();
    let build = |name: &'static str, carried_by: &'static str| {
        move |stack: &mut Stack| {
            let ground = ground(stack);
            let config = EgressGroupConfig {
                group_name: name.to_owned(),
                vpc_id: ground.vpc_id.into(),
                carried_by: carried_by.to_owned(),
                reaches: "All".to_owned(),
                tags: formwork::Map::new(),
            };
            let group = egress_group(stack, "functions", config).security_group;
            let rule = aws::VpcSecurityGroupIngressRule::new(aws::VpcSecurityGroupIngressRuleArgs {
                ip_protocol: "tcp".into(),
                security_group_id: ground.callers.into(),
            });
            let rule = rule.from_port(5432).to_port(5432).referenced_security_group_id(group.id());
            stack.add("from_functions", rule);
        }
    };
    life.apply(build("functions", "Carried by functions"));
    life.plan(build("functions", "Carried by all functions")).assert_none();
    let renamed = life.apply(build("workers", "Carried by workers"));
    assert!(renamed.replaced().contains(&"aws_security_group.functions".to_owned()), "{renamed}");
    assert!(renamed.of("aws_vpc_security_group_ingress_rule.from_functions").is_some(), "{renamed}");
}

fn zones(stack: &mut Stack) -> [Expr<String>; 2] {
    stack.provider(aws::Provider::new().region(REGION));
    ["example.com", "example.org"].map(|name| {
        let place = name.replace('.', "_");
        stack.add(&place, aws::Route53Zone::new(name)).zone_id()
    })
}

#[test]
fn a_certificate_is_for_several_domains_of_several_zones() {
    let life = testing::life();
    let build = |is_wide: bool| {
        move |stack: &mut Stack| {
            let [com, org] = zones(stack);
            let mut config = CertificateConfig::new("Example.com", com).also("*.example.com");
            if is_wide {
                config = config.also("www.example.com").also_in("example.org", org);
            }
            certificate(stack, "cert", config);
        }
    };
    assert_eq!(life.apply(build(false)).created().len(), 5);
    life.plan(build(false)).assert_none();
    let wider = life.apply(build(true));
    assert!(wider.destroyed().is_empty(), "{wider}");
    assert_eq!(wider.replaced()[0], "aws_acm_certificate.cert_certificate");
    life.plan(build(true)).assert_none();
    // The records of a zone are in it, and those of a wildcard are the domain's.
    let records = life.attributes("aws_route53_record.cert_proof");
    assert!(records["name"].as_str().unwrap().ends_with(".example.com."), "{records}");
    let other = life.attributes("aws_route53_record.cert_proof_example_org");
    assert_ne!(other["zone_id"], records["zone_id"]);
}

#[test]
fn two_regions_have_one_proof() {
    let life = testing::life();
    let build = |app: &mut App| {
        let stack = app.stack("dns");
        stack.provider(aws::Provider::new().region(REGION));
        let zone = stack.add("zone", aws::Route53Zone::new("example.com"));
        certificate(stack, "api", CertificateConfig::new("example.com", zone.zone_id()));
        let virginia = stack.provider_alias("virginia", aws::Provider::new().region("us-east-1"));
        let config =
            CertificateConfig::new("example.com", zone.zone_id()).provider(&virginia).proved_elsewhere();
        certificate(stack, "site", config);
        // The same name is asked for in both regions.
        stack.add(
            "other_proof",
            aws::Route53Record::new(aws::Route53RecordArgs {
                name: Expr::<String>::raw(
                    "one(aws_acm_certificate.site_certificate.domain_validation_options).resource_record_name",
                )
                .into(),
                r#type: "CNAME".into(),
                zone_id: zone.zone_id().into(),
            })
            .allow_overwrite(true)
            .ttl(60)
            .records([Expr::<String>::raw(
                "one(aws_acm_certificate.site_certificate.domain_validation_options).resource_record_value",
            )]),
        );
    };
    life.apply_program(build);
    let (ours, theirs) =
        (life.attributes("aws_route53_record.api_proof"), life.attributes("aws_route53_record.other_proof"));
    assert_eq!((&ours["name"], &ours["records"]), (&theirs["name"], &theirs["records"]));
    life.plan_program(build).assert_none();
}

#[test]
fn many_routes_lead_to_one_function() {
    let life = testing::life();
    let build = |routes: usize| {
        move |stack: &mut Stack| {
            stack.provider(aws::Provider::new().region(REGION));
            let config = LambdaServiceConfig::new("orders", Package::s3("code", "orders.zip"));
            let orders = lambda_service(stack, "orders", config.stable_alias("live"));
            let mut config = HttpApiConfig::new("shop");
            for number in 0..routes {
                let path = format!("/orders/section-{number:02}/{{id}}");
                config = config.route(ApiRoute::new(Method::Get, path, &orders.aliases["live"]));
            }
            http_api(stack, "api", config);
        }
    };
    life.apply(build(1));
    life.apply(build(60)).assert_loses([""; 0]);
}
