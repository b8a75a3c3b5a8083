-- Ordinary code of other Luas.
local t = { n = 0, [1] = "a" }
for i, v in ipairs({ "x", "y" }) do t.n = t.n + i end
assert(t.n == 3 and #t == 1 and unpack({ 1, 2 }) == 1)
assert(("%d %s %5.2f"):format(1, "x", 1.5) == "1 x  1.50")
local mt = {
  __index = function(_, key)
    return key
  end,
}
assert(setmetatable({}, mt).anything == "anything")
assert(select("#", 1, 2, 3) == 3 and tonumber("0x10") == 16)
table.sort(t, function(a, b) return a < b end)
