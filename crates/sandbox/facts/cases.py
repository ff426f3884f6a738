"""Changes that only make sense together, for types whose plan checks arguments against each other.

Each pair is a configuration before and after; what the plan says forces replacement is noted.
"""


def table(hash_key, range_key):
    names = [hash_key, range_key]
    return {
        "name": "formwork-a",
        "billing_mode": "PAY_PER_REQUEST",
        "hash_key": hash_key,
        "range_key": range_key,
        "attribute": [{"name": name, "type": "S"} for name in names if name],
    }


def task(image):
    return {"family": "formwork-a", "container_definitions": f'[{{"name": "app", "image": "{image}"}}]'}


CASES = {
    "aws_dynamodb_table": [(table("a", "b"), table("c", "b")), (table("a", "b"), table("a", "c"))],
    "aws_ecs_task_definition": [(task("a"), task("b"))],
    "aws_sns_topic": [
        ({"name": "formwork-a"}, {"name": "formwork-b"}),
        ({"name_prefix": "formwork-a"}, {"name_prefix": "formwork-b"}),
        ({"name": "formwork-a"}, {"name": "formwork-a.fifo", "fifo_topic": True}),
    ],
    "aws_sqs_queue": [
        ({"name": "formwork-a"}, {"name": "formwork-b"}),
        ({"name": "formwork-a"}, {"name": "formwork-a.fifo", "fifo_queue": True}),
    ],
}
