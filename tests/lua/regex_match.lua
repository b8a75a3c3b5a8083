-- Element 1 is the whole match, groups follow, named groups also by name.
local m = regex.match("hello 42", "(\\w+) (\\d+)")
assert(m[1] == "hello 42" and m[2] == "hello" and m[3] == "42")
assert(regex.match("abc", "\\d+") == nil)
local n = regex.match("2026-01-31", "/(?<year>\\d{4})-(\\d\\d)/")
assert(n.year == "2026" and n[2] == "2026" and n[3] == "01")
-- Groups that took no part are empty; at the end they are absent.
local p = regex.match("b", "(a)?(b)(c)?")
assert(p[2] == "" and p[3] == "b" and p[4] == nil)
assert(regex.match("b", "(a)?(b)", 512)[2] == json.null)
local at = regex.match("üb", "b", 256)
assert(at[1][1] == "b" and at[1][2] == 2)
