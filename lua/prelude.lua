-- The environment of scripts: gives the functions of the host their names, raises what they refuse
-- with the script's own line, and lets a call wait inside coroutines. Runs once, before the sandbox
-- is closed; the function it returns runs a script.

local host = ...

local raw_error, raw_pcall, raw_xpcall, raw_tostring = error, pcall, xpcall, tostring
local raw_pairs, raw_find, raw_split, raw_resume = pairs, string.find, string.split, coroutine.resume
local type, next, ipairs, setmetatable = type, next, ipairs, setmetatable
local freeze, clear, pack, unpack, concat = table.freeze, table.clear, table.pack, table.unpack, table.concat
local create, yield, isyieldable = coroutine.create, coroutine.yield, coroutine.isyieldable
local gsub, sub, max, floor, band = string.gsub, string.sub, math.max, math.floor, bit32.band
local info, pending, null = debug.info, host.pending, host.null

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

json = {
  null = null,
  encode = function(value, options)
    return check(host.json_encode(value, not options or options.pretty ~= false))
  end,
  decode = function(text, options)
    expect(text, "string", "json.decode: expected string")
    return check(host.json_decode(text, options ~= nil and options.null == true))
  end,
  array = function(list)
    expect(list or {}, "table", "json.array: expected table")
    return host.json_mark(list, true)
  end,
  object = function(map)
    expect(map or {}, "table", "json.object: expected table")
    return host.json_mark(map, false)
  end,
}

local function expect_texts(name, subject, pattern)
  expect(subject, "string", name .. ": expected string subject")
  expect(pattern, "string", name .. ": expected string pattern")
end

local function flags_of(name, flags, known)
  flags = flags or 0
  if type(flags) ~= "number" or flags ~= band(flags, known) then
    fail(name .. ": unknown flags " .. tostring(flags))
  end
  return flags
end

-- `regex.gsub` with a function: it gets the groups of each match and may wait.
local function substitute(subject, spans, f, limit)
  local parts, from = {}, 1
  for index, span in ipairs(spans) do
    if limit >= 0 and index > limit then
      break
    end
    local text = f(span[3])
    if text then
      if type(text) ~= "string" and type(text) ~= "number" then
        fail("regex.gsub: expected string from the function, got " .. type(text))
      end
      parts[#parts + 1] = sub(subject, from, span[1] - 1)
      parts[#parts + 1] = text
      from = span[2] + 1
    end
  end
  parts[#parts + 1] = sub(subject, from)
  return concat(parts)
end

regex = {
  match = function(subject, pattern, flags)
    expect_texts("regex.match", subject, pattern)
    return check(host.regex_match(subject, pattern, flags_of("regex.match", flags, 768)))
  end,
  match_all = function(subject, pattern, flags)
    expect_texts("regex.match_all", subject, pattern)
    return check(host.regex_all(subject, pattern, flags_of("regex.match_all", flags, 771)))
  end,
  gsub = function(subject, pattern, replacement, limit)
    expect_texts("regex.gsub", subject, pattern)
    expect(limit or -1, "number", "regex.gsub: expected number limit")
    limit = floor(limit or -1)
    if type(replacement) == "function" then
      return substitute(subject, check(host.regex_spans(subject, pattern, 0)), replacement, limit)
    end
    expect(replacement, "string", "regex.gsub: expected string replacement")
    return check(host.regex_sub(subject, pattern, replacement, limit))
  end,
}

docs = {
  list = function()
    return host.docs_list()
  end,
  search = function(query)
    expect(query, "string", "docs.search: expected string")
    return host.docs_search(query)
  end,
  read = function(page)
    expect(page or "", "string", "docs.read: expected string")
    return host.docs_read(page)
  end,
}

-- app ---------------------------------------------------------------------------------------------

-- How to go through a namespace, whose fields are found when they are asked for.
local walks = setmetatable({}, weak)
-- What a function of a namespace calls, for `paginate`.
local calls = setmetatable({}, weak)

function pairs(value)
  local walk = walks[value]
  if walk then
    return walk()
  end
  return raw_pairs(value)
end

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
    return check(host.call(name, account, ...))
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

app = namespace("app", function()
  return rooms
end, function(key)
  if spaces[key] then
    return spaces[key]
  end
  fail({
    code = "unknown_namespace",
    message = "there is no `app." .. key .. "` here",
    hint = rooms[1] and "there is app." .. concat(rooms, ", app.") or "this run has no integrations",
    retryable = false,
    effect = "none",
  }, "not_found")
end)

function paginate(f, args)
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

-- task --------------------------------------------------------------------------------------------

-- Tasks: what a handle stands for, and those that failed while nobody waited for them.
local states, failures = setmetatable({}, weak), {}

local function outcome(state)
  failures[state.id] = nil
  local results = state.results
  if not results then
    fail({ code = "cancelled", message = "the task was cancelled", retryable = false, effect = "unknown" }, "script_error")
  end
  return raise(unpack(results, 1, results.n))
end

local Task = { __metatable = "task" }
Task.__index = Task

function Task:await()
  local state = states[self]
  if not state.results then
    can_wait()
    host.join({ state.id })
  end
  return outcome(state)
end

function Task:cancel()
  host.cancel({ states[self].id })
end

local function spawn(f, ...)
  expect(f, "function", "task.spawn: expected function")
  local state = {}
  state.id = host.spawn(function(...)
    local results = pack(settle(raw_pcall(f, ...)))
    state.results = results
    if not results[1] then
      failures[state.id] = state
    end
    return results[1]
  end, ...)
  local handle = freeze(setmetatable({}, Task))
  states[handle] = state
  return handle
end

-- Waits for all of them. The first error is raised, the others are cancelled.
local function together(handles)
  can_wait()
  local ids, by_id, failed = {}, {}, nil
  for index, handle in ipairs(handles) do
    local state = states[handle]
    if not state then
      fail("task.all: item " .. index .. " is neither a function nor a task")
    end
    by_id[state.id] = state
    if not state.results then
      ids[#ids + 1] = state.id
    elseif not state.results[1] then
      failed = failed or state
    end
  end
  failed = failed or by_id[host.join(ids)]
  if failed then
    host.cancel(ids)
    for id in raw_pairs(by_id) do
      failures[id] = nil
    end
    outcome(failed)
  end
end

task = {
  spawn = spawn,
  wait = function(seconds)
    if states[seconds] then
      return seconds:await()
    end
    expect(seconds or 0, "number", "task.wait: expected seconds or a task")
    can_wait()
    return check(host.sleep(seconds or 0))
  end,
  all = function(list)
    expect(list, "table", "task.all: expected a list of functions or tasks")
    local handles, results = {}, {}
    for index, item in ipairs(list) do
      handles[index] = type(item) == "function" and spawn(item) or item
    end
    together(handles)
    for index, handle in ipairs(handles) do
      results[index] = (outcome(states[handle]))
    end
    return results
  end,
  map = function(items, f, options)
    expect(items, "table", "task.map: expected a list")
    expect(f, "function", "task.map: expected function")
    local most = options and options.concurrency or 8
    if type(most) ~= "number" or most < 1 then
      fail("task.map: concurrency must be at least 1")
    end
    local results, workers, taken, count = {}, {}, 0, #items
    for index = 1, math.min(floor(most), count) do
      workers[index] = spawn(function()
        while taken < count do
          taken += 1
          local mine = taken
          results[mine] = f(items[mine], mine)
        end
      end)
    end
    together(workers)
    return results
  end,
}

-- Tasks that nobody waited for belong to the script: it ends when they have ended.
local function finish()
  local ids = host.live()
  while #ids > 0 do
    local id = host.join(ids)
    if id and failures[id] then
      host.cancel(ids)
      break
    end
    ids = host.live()
  end
  local first = nil
  for id in raw_pairs(failures) do
    first = first and math.min(first, id) or id
  end
  if first then
    outcome(failures[first])
  end
end

debug, require, loadstring, getfenv, setfenv = nil, nil, nil, nil, nil

return function(chunk)
  clear(failures)
  local results = pack(settle(raw_pcall(chunk)))
  if results[1] then
    local ok, e = settle(raw_pcall(finish))
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
