local segment = app.integrations.segment
local function call() return segment.track({ event = "x", userId = "u" }) end
local function refused(f)
  local ok, e = pcall(f)
  assert(not ok and tostring(e):find("cannot wait for a call here", 1, true), tostring(e))
end
refused(function() table.sort({ 3, 1, 2 }, call) end)
refused(function() return setmetatable({}, { __add = call }) + 1 end)
refused(function() return ("x"):gsub("x", call) end)
-- The function of regex.gsub may wait.
assert(regex.gsub("x", "x", function() return tostring(call().success) end) == "true")
