-- `task`: many calls in flight at once, results in order, errors whole.

local host, core = ...

local check, expect, fail, can_wait = core.check, core.expect, core.fail, core.can_wait
local settle, raise, raw_pcall, raw_pairs = core.settle, core.raise, core.pcall, core.pairs
local type, ipairs, setmetatable, freeze = type, ipairs, setmetatable, core.host.freeze
local pack, unpack, clear, floor, min = table.pack, table.unpack, table.clear, math.floor, math.min

-- Tasks: what a handle stands for, and those that failed while nobody waited for them.
local states, failures = setmetatable({}, { __mode = "k" }), {}

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

local task = {
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
    for index = 1, min(floor(most), count) do
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
local function finish(well)
  if not well then
    clear(failures)
    return
  end
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
    first = first and min(first, id) or id
  end
  if first then
    outcome(failures[first])
  end
end

core.ends[1] = finish

return { task = task }
