local finished = 0
local ok, e = pcall(task.map, { 1, 2, 3 }, function(item)
  if item == 2 then
    task.wait(0.001)
    app.integrations.segment.get_source("my-workspace", "nope")
  end
  task.wait(30)
  finished += 1
end)
assert(not ok and e.code == "not_found" and finished == 0)
ok, e = pcall(task.all, { function() error("first", 0) end, function() task.wait(30) end })
assert(e == "first")
