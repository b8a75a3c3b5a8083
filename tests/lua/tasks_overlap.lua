-- Two tasks that each wait for the other to begin can only end when both are under way.
local begun = {}
local function meet(mine, other)
  begun[mine] = true
  while not begun[other] do task.wait(0.001) end
  return mine
end
local both = task.all({ function() return meet("a", "b") end, function() return meet("b", "a") end })
assert(both[1] == "a" and both[2] == "b")
