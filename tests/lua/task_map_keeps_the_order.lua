local results = task.map({ 3, 1, 2 }, function(item, index)
  task.wait(item / 200)
  return item * 10 + index
end)
assert(table.concat(results, ",") == "31,12,23")
assert(#task.map({}, print) == 0)
-- No more than `concurrency` at once.
local running, most = 0, 0
task.map({ 1, 2, 3, 4, 5, 6 }, function()
  running += 1
  most = math.max(most, running)
  task.wait(0.002)
  running -= 1
end, { concurrency = 2 })
assert(most == 2, most)
