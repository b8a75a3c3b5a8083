local segment = app.integrations.segment
local where = { slug = "my-workspace" }
local all, count = segment.list_sources(where), 0
for source in paginate(segment.list_sources, where) do
  assert(type(source) == "table" and source.id)
  count += 1
end
assert(count == #all.sources and count > 0)
for source in paginate(segment.production.list_sources, where) do assert(source.id) end
local ok, e = pcall(paginate, segment.track)
assert(e.code == "not_a_list" and e.hint:find("list_sources", 1, true), tostring(e))
ok, e = pcall(paginate, print)
assert(e:find("expected a function of app.integrations", 1, true), e)
