-- `mcp`: servers, their tools and what else they have, by name.

local host, core = ...

local check, expect, can_wait, sub = core.check, core.expect, core.can_wait, string.sub

local function bare(name, where)
  expect(name, "string", where .. ": expected the name of a tool")
  if sub(name, 1, 4) == "app." then
    name = sub(name, 5)
  end
  if sub(name, 1, 4) == "mcp." then
    name = sub(name, 5)
  end
  return name
end

local function ask(server, method, args)
  expect(server, "string", "mcp: expected the name of a server")
  can_wait()
  return core.call("mcp." .. server .. "." .. method, nil, args)
end

local mcp = {}

function mcp.servers()
  return host.server_rows()
end

function mcp.tools(server)
  if server ~= nil then
    expect(server, "string", "mcp.tools: expected the name of a server")
  end
  can_wait()
  return check(host.tool_rows(server))
end

function mcp.schema(name)
  name = bare(name, "mcp.schema")
  can_wait()
  return check(host.tool_row(name))
end

function mcp.call(name, ...)
  name = bare(name, "mcp.call")
  can_wait()
  return core.call("mcp." .. name, nil, ...)
end

function mcp.resources(server)
  return ask(server, "resources/list", {})
end

function mcp.read_resource(server, uri)
  return ask(server, "resources/read", { uri = uri })
end

function mcp.prompts(server)
  return ask(server, "prompts/list", {})
end

function mcp.get_prompt(server, name, args)
  return ask(server, "prompts/get", { name = name, arguments = args })
end

return { mcp = mcp }
