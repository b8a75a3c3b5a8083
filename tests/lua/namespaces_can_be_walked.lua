local seen = {}
for name, space in pairs(app.integrations) do seen[name] = space end
assert(seen.segment == app.integrations.segment)
local functions, accounts = 0, {}
for name, value in app.integrations.segment do
  if type(value) == "function" then functions += 1 else table.insert(accounts, name) end
end
assert(functions >= 8 and table.find(accounts, "default") and table.find(accounts, "production"))
local count = 0
for name, value in pairs(app.integrations.segment.production) do
  assert(type(value) == "function")
  count += 1
end
assert(count == functions)
for i in ipairs(app.integrations.segment) do error("not a list") end
assert(tostring(app.integrations.segment):find("app.integrations.segment:\n", 1, true))
assert(tostring(app.integrations.segment):find("track_event", 1, true))
assert(tostring({ app.integrations }):find("segment", 1, true))
assert(not pcall(function() app.integrations.segment.track = nil end))
for key, value in pairs({ a = 1 }) do assert(key == "a" and value == 1) end
