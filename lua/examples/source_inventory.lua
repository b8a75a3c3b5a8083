-- What: a nightly inventory of the workspace's sources: how many of each kind, which are switched
--       off, which share no key, and what changed since the last run.
-- Needs: an API token. The previous result may be given as input to see the changes:
--          kosmo integrations:lua lua/examples/source_inventory.lua --json > today.json
--          jq .result today.json | kosmo integrations:lua lua/examples/source_inventory.lua --input -
-- Prints: the inventory as text; returns it as data.

local segment = app.integrations.segment

local workspace = segment.get_current_user().workspace
local sources = segment.list_sources({ slug = workspace.slug }).sources

-- The list does not name tracking plans, each source does; they are asked for side by side.
local details = task.map(sources, function(source)
  return segment.get_source({ slug = workspace.slug, id = source.id })
end)

local kinds, off, known = {}, {}, {}
for _, source in ipairs(details) do
  local kind = source.type or "unknown"
  kinds[kind] = (kinds[kind] or 0) + 1
  if source.enabled == false then
    table.insert(off, source.name)
  end
  known[source.id] = {
    name = source.name,
    enabled = source.enabled ~= false,
    plan = source.tracking_plan_id,
  }
end

print(("%s: %d source(s)"):format(workspace.name, #sources))
local names = {}
for kind in pairs(kinds) do
  table.insert(names, kind)
end
table.sort(names)
for _, kind in ipairs(names) do
  print(("  %-24s %d"):format(kind, kinds[kind]))
end
if #off > 0 then
  print("switched off: " .. table.concat(off, ", "))
end

local changes = {}
if input and input.known then
  for id, source in pairs(known) do
    local before = input.known[id]
    if not before then
      table.insert(changes, "new: " .. source.name)
    elseif before.enabled ~= source.enabled then
      table.insert(changes, (source.enabled and "switched on: " or "switched off: ") .. source.name)
    end
  end
  for id, source in pairs(input.known) do
    if not known[id] then
      table.insert(changes, "gone: " .. source.name)
    end
  end
  table.sort(changes)
  print(#changes == 0 and "no changes" or table.concat(changes, "\n"))
end

return {
  workspace = workspace.slug,
  kinds = json.object(kinds),
  known = json.object(known),
  changes = json.array(changes),
}
