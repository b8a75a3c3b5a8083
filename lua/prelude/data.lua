-- `json`, `regex` and `docs`: checks of what a script gives them, and names for the host's functions.

local host, core = ...

local check, expect, fail, tostring = core.check, core.expect, core.fail, core.tostring
local type, ipairs, null = type, ipairs, host.null
local sub, concat, floor, band = string.sub, table.concat, math.floor, bit32.band

local json = {
  null = null,
  encode = function(value, options)
    return check(host.json_encode(value, not options or options.pretty ~= false))
  end,
  decode = function(text, options)
    expect(text, "string", "json.decode: expected string")
    return check(host.json_decode(text, options ~= nil and options.null == true))
  end,
  array = function(list)
    expect(list or {}, "table", "json.array: expected table")
    return host.json_mark(list, true)
  end,
  object = function(map)
    expect(map or {}, "table", "json.object: expected table")
    return host.json_mark(map, false)
  end,
}

local function expect_texts(name, subject, pattern)
  expect(subject, "string", name .. ": expected string subject")
  expect(pattern, "string", name .. ": expected string pattern")
end

local function flags_of(name, flags, known)
  flags = flags or 0
  if type(flags) ~= "number" or flags ~= band(flags, known) then
    fail(name .. ": unknown flags " .. tostring(flags))
  end
  return flags
end

-- `regex.gsub` with a function: it gets the groups of each match and may wait.
local function substitute(subject, spans, f, limit)
  local parts, from = {}, 1
  for index, span in ipairs(spans) do
    if limit >= 0 and index > limit then
      break
    end
    local text = f(span[3])
    if text then
      if type(text) ~= "string" and type(text) ~= "number" then
        fail("regex.gsub: expected string from the function, got " .. type(text))
      end
      parts[#parts + 1] = sub(subject, from, span[1] - 1)
      parts[#parts + 1] = text
      from = span[2] + 1
    end
  end
  parts[#parts + 1] = sub(subject, from)
  return concat(parts)
end

local regex = {
  match = function(subject, pattern, flags)
    expect_texts("regex.match", subject, pattern)
    return check(host.regex_match(subject, pattern, flags_of("regex.match", flags, 768)))
  end,
  match_all = function(subject, pattern, flags)
    expect_texts("regex.match_all", subject, pattern)
    return check(host.regex_all(subject, pattern, flags_of("regex.match_all", flags, 771)))
  end,
  gsub = function(subject, pattern, replacement, limit)
    expect_texts("regex.gsub", subject, pattern)
    expect(limit or -1, "number", "regex.gsub: expected number limit")
    limit = floor(limit or -1)
    if type(replacement) == "function" then
      return substitute(subject, check(host.regex_spans(subject, pattern, 0)), replacement, limit)
    end
    expect(replacement, "string", "regex.gsub: expected string replacement")
    return check(host.regex_sub(subject, pattern, replacement, limit))
  end,
}

local docs = {
  list = function()
    return host.docs_list()
  end,
  search = function(query)
    expect(query, "string", "docs.search: expected string")
    return host.docs_search(query)
  end,
  read = function(page)
    expect(page or "", "string", "docs.read: expected string")
    return host.docs_read(page)
  end,
}

return { json = json, regex = regex, docs = docs }
