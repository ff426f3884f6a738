//! Custom domain names of stages.

use formwork::{Stack as FormworkStack, aws};

use crate::label::label;
use crate::rest_api::config::RestApiConfig;
use crate::rest_api::serving::{Domain, Stage};
use crate::tags::tags;

/// Serves a stage under a domain name.
pub(crate) fn domain(
    stack: &mut FormworkStack,
    api: &aws::ApiGatewayRestApiRef,
    reference: &aws::ApiGatewayStageRef,
    config: &RestApiConfig,
    stage: &Stage,
    domain: &Domain,
) -> aws::ApiGatewayDomainNameRef {
    let name = label(&stage.name);
    let resource = aws::ApiGatewayDomainName::new(&domain.name)
        .regional_certificate_arn(&domain.certificate_arn)
        .endpoint_configuration(aws::api_gateway_domain_name::EndpointConfiguration::new(["REGIONAL"]))
        .security_policy("TLS_1_2")
        .tags(tags(&config.tags));
    let resource = stack.add(&name, resource);
    let mapping = aws::ApiGatewayBasePathMapping::new(aws::ApiGatewayBasePathMappingArgs {
        api_id: api.id().into(),
        domain_name: resource.domain_name().into(),
    });
    // The stage's own name, read from the stage, so that the mapping waits for it.
    stack.add(&name, mapping.stage_name(reference.stage_name()));
    if let Some(zone_id) = &domain.zone_id {
        let alias = aws::route53_record::Alias::new(aws::route53_record::AliasArgs {
            evaluate_target_health: false.into(),
            name: resource.regional_domain_name().into(),
            zone_id: resource.regional_zone_id().into(),
        });
        stack.add(
            &name,
            aws::Route53Record::new(aws::Route53RecordArgs {
                name: domain.name.clone().into(),
                r#type: "A".into(),
                zone_id: zone_id.into(),
            })
            .alias(alias),
        );
    }
    resource
}
