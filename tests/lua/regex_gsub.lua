assert(regex.gsub("  hello ", "\\s+", " ") == " hello ")
assert(regex.gsub("aaa", "a", "b", 2) == "bba")
assert(regex.gsub("John Smith", "/(\\w+) (\\w+)/", "$2, ${1}") == "Smith, John")
assert(regex.gsub("John Smith", "(?<first>\\w+) (\\w+)", "\\2 ${first}") == "Smith John")
assert(regex.gsub("abc", "#B#i", "-") == "a-c")
-- A function gets the groups; nil keeps the text.
assert(regex.gsub("1 2 3", "\\d", function(m) return m[1] ~= "2" and m[1] * 10 or nil end) == "10 2 30")
assert(regex.gsub("üx", "x", function() return "ß" end) == "üß")
