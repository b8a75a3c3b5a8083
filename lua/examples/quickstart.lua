-- What: says who a user is, what they did and where they belong, then looks at the workspace that
--       was told.
-- Needs: an account with a write key and an API token; on the emulator, nothing:
--          kosmo integrations:lua lua/examples/quickstart.lua --emulator --json
--        On a real account the three events need --force, or a policy that allows writes.
--        The workspace is the one the token belongs to.
-- Prints: a line for each step; returns the ids of the events and the number of sources.

local segment = app.integrations.segment

local user = { id = "user-42", name = "Jane Doe", email = "jane@example.com" }

local identified = segment.identify_user({
  userId = user.id,
  traits = { name = user.name, email = user.email, plan = "pro" },
})
print("identified " .. user.name)

local tracked = segment.track_event({
  event = "Order Completed",
  userId = user.id,
  properties = { revenue = 99.99, currency = "USD", productId = "widget-3000" },
})
print("tracked Order Completed")

local grouped = segment.group({
  groupId = "org-123",
  userId = user.id,
  traits = { name = "Acme Corp", plan = "enterprise" },
})
print("joined Acme Corp")

local me = segment.get_current_user()
local workspace = segment.get_workspace({ slug = me.workspace.slug })
local listed = segment.list_sources({ slug = workspace.slug })
print("workspace " .. workspace.name .. " has " .. #listed.sources .. " source(s):")
for _, source in ipairs(listed.sources) do
  print("  " .. source.name .. " (" .. source.id .. ")")
end

return {
  workspace = workspace.slug,
  sources = #listed.sources,
  message_ids = { identified.message_id, tracked.message_id, grouped.message_id },
}
