-- A script may define globals, also through _G, and hide the ones it has.
answer = 42
assert(_G.answer == 42)
_G.other = 1
assert(other == 1)
print = "mine"
assert(print == "mine")
assert(rawget(_G, "answer") == 42)
