"""What Schemathesis has to know besides the document."""

import json
import os

import hypothesis
import schemathesis

# Hypothesis would climb towards requests that are taken. It stumbles (IndexError) where the same request is answered otherwise
# the second time, as it is where something was withdrawn meanwhile.
hypothesis.target = lambda observation, label=None: observation

IDS = json.loads(os.environ["PARLOUR_IDS"])


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Two numbers of three are those of something that is there, and stays there: what is withdrawn cannot be changed."""
    number, there = (path_parameters or {}).get("id"), IDS.get(context.operation.path.split("/")[3])
    if there and context.operation.method != "delete" and isinstance(number, int) and number > 0 and number % 3:
        path_parameters["id"] = there[number % len(there)]
    return path_parameters


def parts(schema):
    """The schemas of which others are put together."""
    if isinstance(schema, dict):
        yield from (part["$ref"] for part in schema.get("allOf", []) if "$ref" in part)
    for inner in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else []:
        yield from parts(inner)


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """An answer has the members that the document names and no others, however open a schema is to its readers."""
    schemas = raw_schema["components"]["schemas"]
    open_ones = set(parts(raw_schema))
    for name, schema in schemas.items():
        is_closed = "additionalProperties" in schema or f"#/components/schemas/{name}" in open_ones
        if not is_closed and ("properties" in schema or "allOf" in schema):
            schema["unevaluatedProperties"] = False
