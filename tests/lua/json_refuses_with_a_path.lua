local function refused(value, text)
  local ok, e = pcall(json.encode, value)
  assert(not ok and e:find(text, 1, true), tostring(e))
end
refused({ a = { b = print } }, "json.encode: `a.b` is a function, which JSON cannot hold")
refused({ 1, { 0 / 0 } }, "`[2][1]` is NaN")
refused({ 1, x = 2 }, "the value has both list items and named fields")
refused({ x = { 1, nil, 3 } }, "`x` is a list with a hole: index 2 is missing")
refused({ x = "\255" }, "`x` is a string that is not valid UTF-8")
local cycle = {}
cycle.me = cycle
refused(cycle, "`me` is a table that contains itself")
