-- `app` and `paginate`: namespaces whose fields are found when they are asked for.

local host, core = ...

local check, expect, fail, can_wait, walks = core.check, core.expect, core.fail, core.can_wait, core.walks
local type, ipairs, setmetatable, concat, freeze = type, ipairs, setmetatable, table.concat, core.host.freeze

-- What a function of a namespace calls, for `paginate`.
local calls = setmetatable({}, { __mode = "k" })

local function namespace(path, list, find)
  local known = {}
  local function get(_, key)
    if type(key) ~= "string" then
      return nil
    end
    if known[key] == nil then
      known[key] = find(key)
    end
    return known[key]
  end
  local function walk()
    local keys, at = list(), 0
    return function()
      at += 1
      local key = keys[at]
      if key ~= nil then
        return key, get(nil, key)
      end
      return nil
    end
  end
  local space = setmetatable({}, {
    __metatable = "namespace",
    __index = get,
    __iter = walk,
    __tostring = function()
      return path .. ":\n  " .. concat(list(), "\n  ")
    end,
  })
  walks[space] = walk
  return freeze(space)
end

local function callable(name, account)
  local function call(...)
    can_wait()
    return core.call(name, account, ...)
  end
  calls[call] = { name = name, account = account }
  return call
end

local function account_space(provider, account)
  local path = "app.integrations." .. provider .. "." .. account
  return namespace(path, function()
    return (check(host.members(provider)))
  end, function(key)
    local _, name = check(host.find(provider, true, key))
    return callable(name, account)
  end)
end

local function provider_space(key)
  local provider = check(host.provider(key))
  return namespace("app.integrations." .. provider, function()
    local names, accounts = check(host.members(provider))
    for _, account in ipairs(accounts) do
      names[#names + 1] = account
    end
    return names
  end, function(wanted)
    local what, name = check(host.find(provider, false, wanted))
    if what == "function" then
      return callable(name, nil)
    end
    return account_space(provider, name)
  end)
end

local rooms, spaces = {}, {}
if host.providers then
  rooms[1] = "integrations"
  spaces.integrations = namespace("app.integrations", host.providers, provider_space)
end

local function server_space(key)
  local server = check(host.server(key))
  return namespace("app.mcp." .. server, function()
    return (check(host.server_tools(server)))
  end, function(wanted)
    return callable(check(host.server_tool(server, wanted)), nil)
  end)
end

rooms[#rooms + 1] = "mcp"
spaces.mcp = namespace("app.mcp", host.servers, server_space)

local app = namespace("app", function()
  return rooms
end, function(key)
  if spaces[key] then
    return spaces[key]
  end
  fail({
    code = "unknown_namespace",
    message = "there is no `app." .. key .. "` here",
    hint = "there is app." .. concat(rooms, ", app."),
    retryable = false,
    effect = "none",
  }, "not_found")
end)

local function paginate(f, args)
  local target = calls[f]
  if not target then
    fail("paginate: expected a function of app.integrations, got " .. type(f))
  end
  if args ~= nil then
    expect(args, "table", "paginate: expected a table of parameters")
  end
  check(host.lists(target.name))
  local items, at, cursor, last = {}, 0, nil, false
  return function()
    while at >= #items do
      if last then
        return nil
      end
      can_wait()
      local page, following = check(host.page(target.name, target.account, args, cursor))
      items, at, cursor, last = page, 0, following, following == nil
    end
    at += 1
    return items[at]
  end
end

return { app = app, paginate = paginate }
