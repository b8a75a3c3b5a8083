-- `membrane`, `connection` and `integration`: what a script of an action knows of where it runs.

local host, core = ...

local check, can_wait, fail, type = core.check, core.can_wait, core.fail, type
local place = host.place()

if not place then
  return {}
end

local function api(request)
  can_wait()
  if type(request) ~= "table" then
    fail("membrane.api takes a table such as { method = \"GET\", path = \"/sources\" }")
  end
  return check(host.request(request))
end

local function run(name, input)
  can_wait()
  return core.call(name, place.account, input)
end

local function action(name)
  return {
    run = function(first, input)
      return run(name, type(first) == "table" and first.run and input or first)
    end,
  }
end

local function act(what)
  if type(what) ~= "table" or not (what.id or what.key) then
    fail("membrane.act takes a table such as { key = \"list-sources\", input = {} }")
  end
  return run(what.id or what.key, what.input)
end

return {
  membrane = { api = api, act = act, action = action },
  connection = { id = place.provider .. "." .. place.account, key = place.account, name = place.account },
  integration = { key = place.provider, name = place.title },
}
