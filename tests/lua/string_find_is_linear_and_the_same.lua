-- Long texts take another road; it leads to the same place.
local long = ("ab"):rep(5000) .. "xyz"
for _, s in { "abxyz", long } do
  local at = #s - 2
  assert(select("#", s:find("xyz", 1, true)) == 2)
  local first, last = s:find("xyz", 1, true)
  assert(first == at and last == #s)
  assert(s:find("xyz", -3, true) == at)
  assert(s:find("xyz", -1e9, true) == at)
  assert(s:find("b", at, true) == nil)
  assert(select("#", s:find("nope", 1, true)) == 1)
  local a, b = s:find("", 1, true)
  assert(a == 1 and b == 0)
  a, b = s:find("", #s + 1, true)
  assert(a == #s + 1 and b == #s)
  assert(s:find("", #s + 2, true) == nil)
  assert(s:find("xyz") == at and s:find("x.z") == at and s:find("(x)y%l$") == at)
  assert(s:find("xyz", 0) == at)
  assert(table.concat(("1--2--" .. s):split("--"), "|") == "1|2|" .. s)
  assert(#(s .. ","):split(",") == 2)
end
local ok, e = pcall(string.find, "x", "[")
assert(e:find("malformed pattern", 1, true) and not e:find("kosmo]", 1, true), e)
