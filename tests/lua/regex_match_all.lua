-- Grouped by group; with flag 2, by match.
local all = regex.match_all("a1 b2", "(?<letter>[a-z])(\\d)")
assert(#all == 3 and all[1][2] == "b2" and all[2][1] == "a" and all[3][2] == "2" and all.letter[2] == "b")
local each = regex.match_all("a1 b2", "([a-z])(\\d)", 2)
assert(#each == 2 and each[2][1] == "b2" and each[2][3] == "2")
assert(next(regex.match_all("x", "\\d")) == nil)
