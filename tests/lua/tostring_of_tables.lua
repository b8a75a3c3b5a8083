-- Tables print as documented, keys sorted.
assert(tostring({}) == "{}")
assert(tostring({ 1, 2, 3 }) == "[\n  1,\n  2,\n  3\n]")
assert(tostring({ b = { 1 }, a = "x" }) == "{\n  a: x,\n  b: [\n    1\n  ]\n}")
assert(tostring(json.null) == "null")
assert(tostring(nil) == "nil" and tostring(1.5) == "1.5" and tostring(true) == "true")
local shared = { 1 }
assert(not tostring({ shared, shared }):find("circular", 1, true))
shared[2] = shared
assert(tostring(shared):find("<circular>", 1, true))
assert(tostring(setmetatable({}, { __tostring = function() return "me" end })) == "me")
