local t = { 1 }
assert(dump(t) == t)
assert(dump(nil) == nil)
