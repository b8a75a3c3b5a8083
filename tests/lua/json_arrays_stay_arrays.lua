-- An empty array that was decoded stays one; an empty object cannot be told from a list unless it is marked.
local t = json.decode('{"a":[],"b":{"c":[1]}}')
assert(json.encode(t, { pretty = false }) == '{"a":[],"b":{"c":[1]}}')
assert(json.encode({}, { pretty = false }) == "[]")
assert(json.encode(json.object({})) == "{}")
assert(json.encode(json.object({ [1] = "x" }), { pretty = false }) == '{"1":"x"}')
assert(json.encode(json.array(), { pretty = false }) == "[]")
t.a.x = nil
table.insert(t.a, "more")
assert(json.encode(t.a, { pretty = false }) == '["more"]')
assert(json.encode(json.array(table.freeze({ 1 })), { pretty = false }) == "[1]")
