"""Compares what the sandbox refuses with what the real provider refuses, over mistakes that are made up.

For each of some resource types a configuration is found that the provider takes; then one argument at a time gets a value
that is wrong, or looks so. The provider says which of them it refuses, and so does `terraform validate` in front of the
simulated one. Both judge the same document, and nothing is asked of a cloud. The same seed makes the same mistakes.

    cargo build -p formwork-sandbox --example serve
    venv/bin/python differential.py PATH/terraform-provider-aws_v5.100.0_x5 target/debug/examples/serve [COUNT [SEED]]

It ends with 1 if fewer than 95 of 100 verdicts agree, or if anything is refused that the provider takes.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pool
from provider import Failed, Provider, names
from shape import assemble, shape

TYPES = """
aws_acm_certificate aws_api_gateway_rest_api aws_apigatewayv2_api aws_apigatewayv2_stage aws_appautoscaling_policy
aws_appautoscaling_target aws_budgets_budget aws_cloudfront_origin_access_control aws_cloudtrail aws_cloudwatch_dashboard
aws_cloudwatch_event_archive aws_cloudwatch_event_bus aws_cloudwatch_event_rule aws_cloudwatch_event_target
aws_cloudwatch_log_group aws_cloudwatch_log_metric_filter aws_cloudwatch_metric_alarm aws_cognito_user_pool
aws_cognito_user_pool_client aws_db_instance aws_db_parameter_group aws_db_subnet_group aws_dynamodb_table
aws_ecr_lifecycle_policy aws_ecr_repository aws_ecs_cluster aws_ecs_service aws_ecs_task_definition aws_efs_file_system
aws_eip aws_elasticache_parameter_group aws_elasticache_replication_group aws_elasticache_subnet_group aws_flow_log
aws_iam_instance_profile aws_iam_policy aws_iam_role aws_iam_role_policy aws_iam_role_policy_attachment aws_kms_alias
aws_kms_key aws_lambda_alias aws_lambda_event_source_mapping aws_lambda_function aws_lambda_permission aws_lb
aws_lb_listener aws_lb_listener_rule aws_lb_target_group aws_nat_gateway aws_rds_cluster aws_route aws_route53_record
aws_route53_zone aws_s3_bucket aws_s3_bucket_policy aws_s3_bucket_versioning aws_secretsmanager_secret
aws_security_group aws_sfn_state_machine aws_sns_topic aws_sns_topic_subscription aws_sqs_queue aws_ssm_parameter
aws_subnet aws_vpc aws_vpc_endpoint aws_vpc_security_group_ingress_rule
""".split()

# What somebody might write by mistake, and what is right somewhere.
TEXTS = [
    "r", "", "arn:x", "arn:aws:iam::123456789012", "arn:aws:iam::1:role/x", "{not json", "[]", "10.0.0.0/99", "10.0.0.5/16",
    "10.0.0.0", "bad name!", "Shop_DB", "sg-x", "a" * 300, "-shop", "shop-", "5shop", "orders.fifo", "eu-central", "tomorrow",
    "1.5", "TRUE", "enabled ", "ACTIVE", "*", "sun:04:00", "ä",
]  # fmt: skip
NUMBERS = [-1, 0, 1, 99999, 10**9, 0.5]
TRIES = 6


def main():
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    binary, serve, *more = sys.argv[1:]
    count, seed = int(more[0]) if more else 1000, int(more[1]) if len(more) > 1 else 1
    dice = random.Random(seed)
    provider = Provider(binary)
    bases = {name: base for name in TYPES if (base := found(provider, name)) is not None}
    mistakes = [mistake for name in bases for mistake in made(provider, name, *bases[name])]
    dice.shuffle(mistakes)
    mistakes = mistakes[:count]
    real = [refuses(provider, name, config) for name, _, config in mistakes]
    provider.stop()
    ours = judged(serve, [(name, config) for name, _, config in mistakes])
    report(mistakes, real, ours, len(bases))


def found(provider, name):
    """The tree of a type and values of its required arguments that the provider takes; None if there are none."""
    root = shape(provider.schema.resource_schemas[name].block)
    values = {leaf.path: {"string": "formwork", "number": 1, "bool": True}.get(leaf.scalar) for leaf in needed(root)}
    for _ in range(TRIES):
        wrong = refused(provider, name, config_of(root, values))
        bad = [path for path in wrong if path in values]
        if not wrong:
            return root, values
        for path in bad:
            for text in pool.TEXTS:
                if path not in refused(provider, name, config_of(root, values | {path: text})):
                    values[path] = text
                    break
        if not bad:
            return None
    return None


def needed(root):
    return [leaf for leaf in root.settable_leaves() if leaf.required and all(group.required for group in leaf.parents)]


def config_of(root, values):
    return assemble(root, lambda leaf: values.get(leaf.path), lambda group: group.required or any(
        path[: len(group.path)] == group.path for path in values))  # fmt: skip


def refused(provider, name, config):
    """The paths of what the provider refuses; the whole has an empty one."""
    try:
        return {names(error.attribute): error for error in provider.validate(name, config)}
    except Failed:
        return {(): None}


def refuses(provider, name, config):
    return bool(refused(provider, name, config))


def made(provider, name, root, values):
    """Every wrong value of every argument at the top of a type, alone."""
    for leaf in root.leaves:
        if not leaf.settable or leaf.scalar not in ("string", "number") or leaf.path[0] in ("id", "region", "tags_all"):
            continue
        for value in TEXTS if leaf.scalar == "string" else NUMBERS:
            yield name, f"{leaf.name} = {value!r}", config_of(root, values | {leaf.path: value})


def judged(serve, configs):
    """What `terraform validate` refuses in front of the simulated provider."""
    with tempfile.TemporaryDirectory() as folder:
        resources = {}
        for index, (name, config) in enumerate(configs):
            resources.setdefault(name, {})[f"m{index}"] = written(config)
        document = {
            "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws"}}},
            "resource": resources,
        }
        Path(folder, "main.tf.json").write_text(json.dumps(document))
        command = [serve, f"{folder}/cloud", "test", "hashicorp/aws@5.100.0"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
            environment = os.environ | {"TF_REATTACH_PROVIDERS": server.stdout.readline().strip()}
            run = lambda *words: subprocess.run(
                ["terraform", f"-chdir={folder}", *words], env=environment, capture_output=True, text=True, check=False
            )
            run("init", "-backend=false", "-input=false")
            answer = run("validate", "-json")
            server.stdin.close()
        refusals = {
            diagnostic.get("address") or (diagnostic.get("snippet") or {}).get("context", "")
            for diagnostic in json.loads(answer.stdout)["diagnostics"]
            if diagnostic["severity"] == "error"
        }
    said = {word.strip('"') for text in refusals for word in text.replace(".", " ").split() if word.strip('"').startswith("m")}
    return [f"m{index}" in said for index in range(len(configs))]


def written(value):
    """A configuration as a document has it: text is escaped, and what is not there is left out."""
    if isinstance(value, dict):
        return {key: written(item) for key, item in value.items() if item not in (None, [])}
    if isinstance(value, list):
        return [written(item) for item in value]
    return value.replace("${", "$${").replace("%{", "%%{") if isinstance(value, str) else value


def report(mistakes, real, ours, types):
    missed = [m for m, r, o in zip(mistakes, real, ours) if r and not o]
    false = [m for m, r, o in zip(mistakes, real, ours) if o and not r]
    agreeing = len(mistakes) - len(missed) - len(false)
    for word, group in (("taken, and refused by the provider", missed), ("refused, and taken by the provider", false)):
        for (name, argument), count in Counter((name, what.split(" =")[0]) for name, what, _ in group).most_common():
            examples = [what for other, what, _ in group if other == name and what.split(" =")[0] == argument]
            print(f"{word}: {name} {examples[0]} ({count})")
    share = 100 * agreeing / len(mistakes)
    print(f"{agreeing} of {len(mistakes)} verdicts agree ({share:.1f} %), {len(missed)} mistakes are taken, "
          f"{len(false)} right values are refused; {sum(real)} are mistakes; {types} types")  # fmt: skip
    if share < 95 or false:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
