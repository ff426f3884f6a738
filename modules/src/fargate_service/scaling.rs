//! How many tasks a service has, where the load decides.

use formwork::aws::appautoscaling_policy::{
    PredefinedMetricSpecification, TargetTrackingScalingPolicyConfiguration,
};
use formwork::{Expr, Stack, aws};

use crate::mistakes::Mistakes;

/// The seconds after which more tasks, and fewer, are started again: up soon, down late.
const UP_SECONDS: u32 = 60;
const DOWN_SECONDS: u32 = 300;

/// How a service follows its load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scaling {
    pub(super) least: u32,
    pub(super) most: u32,
    pub(super) cpu_percent: u32,
    pub(super) memory_percent: Option<u32>,
}

impl Scaling {
    /// What Application Auto Scaling would refuse, and what to do instead.
    pub(super) fn mistakes(self, service: &str, mistakes: &mut Mistakes) {
        if self.least > self.most || self.most == 0 {
            let message =
                format!("the service `{service}` cannot have {} to {} tasks", self.least, self.most);
            mistakes.add(message, "give the least number first, and a most of 1 or more");
        }
        for percent in [Some(self.cpu_percent), self.memory_percent].into_iter().flatten() {
            if !(1..=100).contains(&percent) {
                let message = format!("the service `{service}` cannot keep {percent} % busy");
                mistakes.add(message, "choose 1 to 100");
            }
        }
    }

    /// Lets the number of tasks follow the load, between the least and the most.
    pub(super) fn add(self, stack: &mut Stack, cluster_name: &Expr<String>, service: &aws::EcsServiceRef) {
        let (namespace, dimension) = ("ecs", "ecs:service:DesiredCount");
        let target = aws::AppautoscalingTarget::new(aws::AppautoscalingTargetArgs {
            max_capacity: self.most.into(),
            min_capacity: self.least.into(),
            resource_id: format!("service/{cluster_name}/{}", service.name()).into(),
            scalable_dimension: dimension.into(),
            service_namespace: namespace.into(),
        });
        let target = stack.add("scaling", target);
        let busy = [
            ("cpu", "ECSServiceAverageCPUUtilization", Some(self.cpu_percent)),
            ("memory", "ECSServiceAverageMemoryUtilization", self.memory_percent),
        ];
        for (what, metric, percent) in busy {
            let Some(percent) = percent else { continue };
            let tracking = TargetTrackingScalingPolicyConfiguration::new(percent)
                .predefined_metric_specification(PredefinedMetricSpecification::new(metric))
                .scale_out_cooldown(UP_SECONDS)
                .scale_in_cooldown(DOWN_SECONDS);
            let policy = aws::AppautoscalingPolicy::new(aws::AppautoscalingPolicyArgs {
                name: what.into(),
                resource_id: target.resource_id().into(),
                scalable_dimension: target.scalable_dimension().into(),
                service_namespace: target.service_namespace().into(),
            })
            .policy_type("TargetTrackingScaling")
            .target_tracking_scaling_policy_configuration(tracking);
            stack.add(&format!("scaling_{what}"), policy);
        }
    }
}
