local segment = app.integrations.segment
local function refused(code, text, ...)
  local ok, e = pcall(...)
  assert(not ok, "not refused")
  assert(e.code == code, tostring(e.code) .. ": " .. tostring(e))
  assert(tostring(e):find(text, 1, true), tostring(e))
  assert(e.effect == "none")
  return e
end
local e = refused("invalid_value", "`traits.f` is a function", segment.identify, { userId = "u", traits = { f = print } })
assert(e.param == "traits.f")
refused("invalid_argument", "takes one table of parameters, 2 arguments were given", segment.track, { event = "x" }, 2)
refused("invalid_argument", "not a list", segment.track, { "x" })
refused("unknown_parameter", "evnt", segment.track, { evnt = "x" })
e = refused("traits_not_object", "traits", segment.identify, { userId = "u", traits = "example_traits" })
assert(e.hint:find("{ plan", 1, true), e.hint)
