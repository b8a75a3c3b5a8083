-- Null is nil, or json.null where it is asked for.
assert(json.decode('{"a":null}').a == nil)
assert(json.decode("null") == nil)
local kept = json.decode('{"a":null,"b":[1,null]}', { null = true })
assert(kept.a == json.null and kept.b[2] == json.null)
assert(json.encode(kept, { pretty = false }) == '{"a":null,"b":[1,null]}')
assert(json.encode({ json.null }, { pretty = false }) == "[null]")
