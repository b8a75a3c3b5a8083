-- Nothing reaches the machine.
for _, name in { "io", "os", "require", "debug", "loadstring", "load", "dofile", "loadfile", "package", "getfenv", "setfenv" } do
  assert(_G[name] == nil, name)
end
assert(string.dump == nil)
assert(not pcall(collectgarbage, "stop"))
