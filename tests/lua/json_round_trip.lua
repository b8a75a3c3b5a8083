-- Pretty with four blanks and sorted keys by default; compact on request.
assert(json.encode({ name = "test", count = 42 }) == '{\n    "count": 42,\n    "name": "test"\n}')
assert(json.encode({ b = { 1, 2 }, a = true }, { pretty = false }) == '{"a":true,"b":[1,2]}')
assert(json.encode(10 / 2) == "5" and json.encode(99.99) == "99.99" and json.encode(nil) == "null")
assert(json.encode("ü/\n") == '"ü/\\n"')
local back = json.decode(json.encode({ list = {}, deep = { { x = 1 } } }))
assert(#back.list == 0 and back.deep[1].x == 1)
