//! The objects that answers are made of.

use serde_json::{Value, json};

use super::refer;

/// Each under its name.
pub(super) fn schemas() -> Value {
    let text = json!({"type": "string"});
    let maybe = json!({"type": ["string", "null"]});
    json!({
        "Envelope": {
            "type": "object", "required": ["function", "success", "data", "error", "meta", "duration_ms"],
            "properties": {
                "function": text, "success": {"type": "boolean"},
                "data": {"description": "What the function returns; on a dry run the request."},
                "error": maybe,
                "meta": refer("schemas", "Meta"),
                "duration_ms": {"type": "number"},
            },
        },
        "Meta": {
            "type": "object", "required": ["dry_run", "run_id"],
            "properties": {
                "dry_run": {"type": "boolean"}, "operation": maybe,
                "permission_bypassed": {"type": "boolean"}, "account": maybe, "run_id": maybe,
                "attempts": {"type": "integer"}, "backend": maybe,
                "waited_ms": {"type": "number"}, "effect": maybe, "next_cursor": maybe,
            },
        },
        "Script": {
            "type": "object", "required": ["success", "output", "result", "error", "call_log", "meta"],
            "properties": {
                "success": {"type": "boolean"}, "output": text,
                "result": {"description": "What the script returned."}, "error": maybe,
                "execution_time_ms": {"type": "number"},
                "call_log": {"type": "array", "items": {"type": "object"}},
                "meta": {"type": "object"},
            },
        },
        "Problem": {
            "type": "object", "required": ["type", "title", "status", "detail", "code", "effect"],
            "properties": {
                "type": {"type": "string", "format": "uri-reference"}, "title": text,
                "status": {"type": "integer"}, "detail": text, "instance": text,
                "code": {"type": "string", "description": "Stable, for programs."},
                "hint": {"type": ["string", "null"], "description": "What to do about it."},
                "http_status": {"type": ["integer", "null"], "description": "What the service said."},
                "retryable": {"type": "boolean"}, "retry_after_ms": {"type": ["integer", "null"]},
                "run_id": maybe, "effect": {"type": "string", "enum": ["none", "done", "unknown"]},
                "param": {"type": "string", "description": "The argument at fault."},
            },
        },
    })
}
