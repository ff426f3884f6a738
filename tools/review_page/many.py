"""Prints what `plan --json` would say of 5 000 changes."""

import json

ACTIONS = ["update", "create", "replace", "destroy"]


def change(number: int) -> dict:
    return {
        "address": f'aws_sqs_queue.jobs["{number}"]',
        "type": "aws_sqs_queue",
        "action": ACTIONS[number % len(ACTIONS)],
        "source": {"file": "stacks/src/main.rs", "line": number % 100 + 1},
        "arguments": [
            {"path": f"tags.{name}", "before": f"{name} before {number}", "after": f"{name} after {number}"}
            for name in ["Name", "Team", "Purpose"]
        ]
        + [{"path": "policy.Statement[0].Action", "before": "sqs:Send*", "after": "sqs:*"}],
    }


stacks = [
    {
        "stack": f"stack-{stack}",
        "status": "planned",
        "summary": {"add": 0, "change": 0, "remove": 0, "import": 0},
        "changes": {"resources": [change(number) for number in range(stack, 5000, 10)]},
    }
    for stack in range(10)
]
print(json.dumps({"stacks": stacks}))
