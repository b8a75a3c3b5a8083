-- A call may wait in a coroutine, in an iterator and under pcall.
local segment = app.integrations.segment
local co = coroutine.create(function(a)
  local one = segment.track({ event = "x", userId = "u" })
  local b = coroutine.yield(a, one.success)
  local two = segment.track({ event = "x", userId = "u" })
  return b, two.success
end)
local ok, a, success = coroutine.resume(co, "a")
assert(ok and a == "a" and success == true)
local ok2, b, again = coroutine.resume(co, "b")
assert(ok2 and b == "b" and again == true)
assert(coroutine.status(co) == "dead")
local function events()
  return coroutine.wrap(function()
    for i = 1, 3 do
      coroutine.yield(i, segment.track({ event = "x", userId = "u" }).success)
    end
  end)
end
local sum = 0
for i, success in events() do
  assert(success)
  sum += i
end
assert(sum == 6)
local nested = coroutine.wrap(function()
  return coroutine.wrap(function()
    local ok, e = pcall(segment.get_source, "my-workspace", "nope")
    return e.code
  end)()
end)
assert(nested() == "not_found")
local failing = coroutine.wrap(function() segment.get_source("my-workspace", "nope") end)
local ok3, e = pcall(failing)
assert(e.code == "not_found")
local none = coroutine.create(function() end)
assert(select("#", coroutine.resume(none)) == 1)
