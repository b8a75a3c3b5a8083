-- What one script does cannot change the libraries, not even through a metatable they share.
for _, library in { string, table, math, coroutine, json, regex, docs, task } do
  assert(table.isfrozen(library))
end
assert(not pcall(function() string.rep = nil end))
assert(not pcall(function() getmetatable("").__index = nil end))
assert(not pcall(function() json.encode = nil end))
