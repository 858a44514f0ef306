"""What schemathesis lacks for this API: a look at the lines of streams, and numbers as programs write them."""

import json

import jsonschema_rs
import schemathesis


@schemathesis.check
def every_line_is_as_documented(ctx, response, case):
    kind = response.headers.get("content-type", [""])[0]
    if kind not in ("application/x-ndjson", "text/event-stream"):
        return
    documented = case.operation.definition.raw["responses"][str(response.status_code)]
    root = case.operation.schema.raw_schema
    schema = {**documented["content"][kind]["schema"], "components": root["components"]}
    validator = jsonschema_rs.validator_for(schema)
    for line in response.text.split("\n"):
        if kind == "text/event-stream":
            if not line.startswith("data: "):
                continue
            line = line.removeprefix("data: ")
        elif not line:
            continue
        try:
            validator.validate(json.loads(line))
        except (ValueError, jsonschema_rs.ValidationError) as error:
            raise AssertionError(f"not as documented: {line[:500]}: {error}") from None


@schemathesis.hook
def map_body(ctx, body):
    """JSON Schema takes 34.0 for an integer. No serializer writes one so, and the server refuses it."""
    if isinstance(body, float) and body.is_integer():
        return int(body)
    if isinstance(body, list):
        return [map_body(ctx, it) for it in body]
    if isinstance(body, dict):
        return {name: map_body(ctx, it) for name, it in body.items()}
    return body
