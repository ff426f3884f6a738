#!/usr/bin/env python3
"""Reduces GitHub's OpenAPI description to the facts that the tests of gates need.

usage: npm pack @octokit/openapi@23.0.2 && tar xzf octokit-openapi-23.0.2.tgz
       tests/github/reduce.py package > tests/github/openapi.json

What stays: methods, parameters, statuses, and the shapes of bodies. Words for people and examples go.
"""

import json
import pathlib
import sys

OPERATIONS = {
    "/repos/{owner}/{repo}": ["get"],
    "/repos/{owner}/{repo}/installation": ["get"],
    "/app/installations/{installation_id}/access_tokens": ["post"],
    "/repos/{owner}/{repo}/dispatches": ["post"],
    "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches": ["post"],
    "/repos/{owner}/{repo}/actions/runs": ["get"],
    "/repos/{owner}/{repo}/actions/runs/{run_id}": ["get"],
    "/repos/{owner}/{repo}/actions/runs/{run_id}/jobs": ["get"],
    "/repos/{owner}/{repo}/statuses/{sha}": ["post"],
    "/repos/{owner}/{repo}/commits/{ref}/statuses": ["get"],
    "/repos/{owner}/{repo}/deployments": ["get", "post"],
    "/repos/{owner}/{repo}/deployments/{deployment_id}/statuses": ["get", "post"],
    "/repos/{owner}/{repo}/issues": ["get", "post"],
    "/repos/{owner}/{repo}/issues/{issue_number}": ["patch"],
    "/repos/{owner}/{repo}/issues/{issue_number}/comments": ["post"],
    "/repos/{owner}/{repo}/branches": ["get"],
    "/repos/{owner}/{repo}/branches/{branch}/protection": ["get"],
    "/repos/{owner}/{repo}/environments/{environment_name}": ["get"],
    "/repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies": ["get"],
    "/repos/{owner}/{repo}/environments/{environment_name}/variables": ["get"],
    "/repos/{owner}/{repo}/actions/oidc/customization/sub": ["get"],
}
KEPT = {
    "$ref", "type", "nullable", "required", "properties", "items", "enum", "additionalProperties", "oneOf", "anyOf",
    "allOf", "minimum", "maximum", "minItems", "maxItems", "maxProperties", "minLength", "maxLength",
}


def resolve(description, node):
    while "$ref" in node:
        found = description
        for part in node["$ref"][2:].split("/"):
            found = found[part]
        node = found
    return node


def shape(schema):
    """A schema without words. Names within `properties` are names, whatever they are."""
    if isinstance(schema, list):
        return [shape(it) for it in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {}
    for key, value in schema.items():
        if key == "properties":
            kept[key] = {name: shape(it) for name, it in value.items()}
        elif key in KEPT:
            kept[key] = value if key in ("required", "enum") else shape(value)
    return kept


def references(schema):
    if isinstance(schema, list):
        return set().union(*map(references, schema)) if schema else set()
    if not isinstance(schema, dict):
        return set()
    own = {schema["$ref"]} if isinstance(schema.get("$ref"), str) else set()
    return own.union(*map(references, schema.values())) if schema else own


def body(description, holder):
    for kind, content in resolve(description, holder).get("content", {}).items():
        if kind.endswith("json"):
            return shape(content["schema"])
    return None


def main():
    package = pathlib.Path(sys.argv[1])
    description = json.loads((package / "generated/api.github.com.json").read_text())
    version = json.loads((package / "package.json").read_text())["version"]
    paths, schemas = {}, {}
    for path, methods in OPERATIONS.items():
        for method in methods:
            operation = description["paths"][path][method]
            parameters = [resolve(description, it) for it in operation.get("parameters", [])]
            facts = {
                "query": {it["name"]: shape(it["schema"]) for it in parameters if it["in"] == "query"},
                "responses": {
                    status: body(description, it) for status, it in operation["responses"].items()
                },
            }
            if "requestBody" in operation:
                facts["request"] = body(description, operation["requestBody"])
            paths.setdefault(path, {})[method] = facts
    open_references = references(paths)
    while open_references:
        reference = open_references.pop()
        name = reference.rsplit("/", 1)[1]
        if name not in schemas:
            schemas[name] = shape(description["components"]["schemas"][name])
            open_references |= references(schemas[name])
    facts = {
        "source": f"@octokit/openapi {version}, api.github.com, OpenAPI {description['openapi']}",
        "paths": paths,
        "components": {"schemas": dict(sorted(schemas.items()))},
    }
    json.dump(facts, sys.stdout, indent=0, separators=(",", ":"))
    print()


main()
