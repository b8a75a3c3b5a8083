-- The environment of scripts: gives the functions of the host their names, raises what they refuse
-- with the script's own line, and lets a call wait inside coroutines. Runs once, before the sandbox
-- is closed; the function it returns runs a script. What many scripts never touch is in `prelude/`
-- and read when its first global is named.

local host = ...

local raw_error, raw_pcall, raw_xpcall, raw_tostring = error, pcall, xpcall, tostring
local raw_pairs, raw_find, raw_split, raw_resume = pairs, string.find, string.split, coroutine.resume
local type, setmetatable, pack, unpack = type, setmetatable, table.pack, table.unpack
local create, yield, isyieldable = coroutine.create, coroutine.yield, coroutine.isyieldable
local gsub, sub, max, floor = string.gsub, string.sub, math.max, math.floor
local info, pending, null, freeze = debug.info, host.pending, host.null, host.freeze

local HERE = "[kosmo]"
local weak = { __mode = "k" }

-- Errors ------------------------------------------------------------------------------------------

-- The innermost place in the script itself.
local function position()
  for level = 2, 200 do
    local source, line = info(level, "sl")
    if not source then
      return nil
    end
    if line > 0 and source ~= HERE and source ~= "__mlua_async_poll" then
      return source .. ":" .. line
    end
  end
  return nil
end

-- One metatable for each kind of fault; the host reads the kind from it when nobody catches the error.
local classes = {}

local function class(kind)
  if not classes[kind] then
    classes[kind] = freeze({
      kind = kind,
      __metatable = "error",
      __tostring = function(e)
        return e.message
      end,
      __concat = function(a, b)
        return raw_tostring(a) .. raw_tostring(b)
      end,
    })
  end
  return classes[kind]
end

local function fail(reason, kind)
  local at = position()
  if type(reason) == "table" then
    reason.at = at
    raw_error(freeze(setmetatable(reason, class(kind))), 0)
  end
  raw_error(at and at .. ": " .. reason or reason, 0)
end

-- What a function of the host says: true and its values, or false and a reason.
local function check(ok, ...)
  if ok then
    return ...
  end
  fail(...)
end

-- A call that is over at once gives its values, one that must wait gives what is left of it.
local function finished(first, ...)
  if type(first) == "userdata" then
    return check(host.rest(first))
  end
  return check(first, ...)
end

local function call(name, account, ...)
  return finished(host.call(name, account, ...))
end

local function expect(value, wanted, where)
  if type(value) ~= wanted then
    fail(where .. ", got " .. type(value))
  end
end

-- An error as a script may see it. The end of the memory ends the script here.
local function caught(e)
  if type(e) == "userdata" or e == "not enough memory" then
    return host.caught(e)
  end
  if type(e) == "string" and sub(e, 1, #HERE) == HERE then
    return (gsub(e, "^%[kosmo%]:%d+: ", ""))
  end
  return e
end

local function settle(ok, ...)
  if ok then
    return true, ...
  end
  return false, caught((...))
end

local function raise(ok, ...)
  if ok then
    return ...
  end
  raw_error((...), 0)
end

-- Like `raise`, for the functions of Lua that are called here in the script's place.
local function lift(ok, ...)
  if ok then
    return ...
  end
  fail(caught((...)))
end

function pcall(f, ...)
  return settle(raw_pcall(f, ...))
end

function xpcall(f, handler, ...)
  return settle(raw_xpcall(f, function(e)
    return handler(caught(e))
  end, ...))
end

-- Where tables were raised, which carry no place of their own.
local places = setmetatable({}, weak)

function error(e, level)
  if type(e) == "table" then
    places[e] = places[e] or position()
    raw_error(e, 0)
  end
  raw_error(e, level == 0 and 0 or (level or 1) + 1)
end

-- Waiting -----------------------------------------------------------------------------------------

-- A call that has to wait yields `pending` out of every coroutine up to the host, and is resumed the
-- same way back.
local function waited(co)
  local results
  repeat
    results = pack(raw_resume(co, yield(pending)))
  until not results[1] or results[2] ~= pending
  return unpack(results, 1, results.n)
end

local function resumed(co, ok, ...)
  if ok and (...) == pending then
    return settle(waited(co))
  end
  return settle(ok, ...)
end

function coroutine.resume(co, ...)
  return resumed(co, raw_resume(co, ...))
end

function coroutine.wrap(f)
  local co = create(f)
  return function(...)
    return raise(resumed(co, raw_resume(co, ...)))
  end
end

local function can_wait()
  if not isyieldable() then
    fail("cannot wait for a call here: inside a metamethod, a comparator of table.sort or a callback of string.gsub")
  end
end

-- Text --------------------------------------------------------------------------------------------

print = host.print

function dump(value)
  host.print(value)
  return value
end

function tostring(...)
  local value = ...
  if type(value) == "table" then
    return host.show(value)
  end
  if value == null then
    return "null"
  end
  return raw_tostring(...)
end

-- Lua's own plain search takes quadratic time, which no limit can interrupt.
local LONG = 4096

function string.find(s, pattern, init, plain)
  if type(s) == "string" and #s > LONG and type(pattern) == "string" and (init == nil or type(init) == "number") then
    if plain or not raw_find(pattern, "[%^%$%*%+%?%.%(%[%%%-]") then
      local from = floor(init or 1)
      from = from < 0 and max(#s + from + 1, 1) or max(from, 1)
      if from > #s + 1 then
        return nil
      end
      local first, last = host.find_plain(s, pattern, from)
      if first then
        return first, last
      end
      return nil
    end
  end
  return lift(raw_pcall(raw_find, s, pattern, init, plain))
end

function string.split(s, separator)
  if type(s) == "string" and #s > LONG and type(separator) == "string" and #separator > 1 then
    return host.split_plain(s, separator)
  end
  return lift(raw_pcall(raw_split, s, separator))
end

-- How to go through a namespace, whose fields are found when they are asked for.
local walks = setmetatable({}, weak)
function pairs(value)
  local walk = walks[value]
  if walk then
    return walk()
  end
  return raw_pairs(value)
end

-- The rest -----------------------------------------------------------------------------------------

-- What the parts are made of; `ends` is what remains to be done when a script has ended.
local core = freeze({
  host = host,
  pcall = raw_pcall,
  error = raw_error,
  pairs = raw_pairs,
  tostring = tostring,
  fail = fail,
  check = check,
  call = call,
  expect = expect,
  settle = settle,
  raise = raise,
  can_wait = can_wait,
  walks = walks,
  ends = {},
})

local parts = {
  json = "data",
  regex = "data",
  docs = "data",
  app = "app",
  paginate = "app",
  task = "task",
  mcp = "mcp",
  membrane = "membrane",
  connection = "membrane",
  integration = "membrane",
}
local found = {}

setmetatable(_G, {
  __metatable = "globals",
  __index = function(_, name)
    if parts[name] and found[name] == nil then
      for key, value in raw_pairs(host.part(parts[name], core)) do
        found[key] = type(value) == "table" and freeze(value) or value
      end
    end
    return found[name]
  end,
})

debug, require, loadstring, getfenv, setfenv = nil, nil, nil, nil, nil

return function(chunk)
  local results = pack(settle(raw_pcall(chunk)))
  for _, finish in core.ends do
    local ok, e = settle(raw_pcall(finish, results[1]))
    if not ok then
      results = { false, e, n = 2 }
    end
  end
  if not results[1] then
    local e = results[2]
    return false, e, type(e) == "table" and places[e] or nil
  end
  return unpack(results, 1, results.n)
end
