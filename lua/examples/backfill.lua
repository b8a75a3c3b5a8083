-- What: loads history: events with the time at which they happened, in batches of 100.
-- Needs: a write key, and permission to write (--force). The events are the input:
--          kosmo integrations:lua lua/examples/backfill.lua --force --input @orders.json
--        where orders.json is [{"id": "…", "user": "…", "total": 12.5, "at": "2025-11-30T08:15:00Z"}, …].
--        Without input it makes up 250 orders of January 2026.
-- Prints: a line for each batch; returns how many events were sent.

local segment = app.integrations.segment
local BATCH = 100

local function made_up()
  local orders = {}
  for n = 1, 250 do
    orders[n] = {
      id = "order-" .. n,
      user = "user-" .. (n % 40 + 1),
      total = n * 1.5,
      at = ("2026-01-%02dT%02d:00:00Z"):format(n % 31 + 1, n % 24),
    }
  end
  return orders
end

local orders = input or made_up()
local batches = {}
for first = 1, #orders, BATCH do
  local batch = {}
  for n = first, math.min(first + BATCH - 1, #orders) do
    local order = orders[n]
    table.insert(batch, {
      type = "track",
      event = "Order Completed",
      userId = order.user,
      timestamp = order.at,
      properties = { orderId = order.id, revenue = order.total, currency = "USD" },
    })
  end
  table.insert(batches, batch)
end

-- One after the other: history should arrive in order, and a batch that is refused must stop the
-- rest, so that the run can be repeated from there.
local sent = 0
for number, batch in ipairs(batches) do
  local ok, answer = pcall(segment.batch, { batch = batch })
  if not ok then
    print(("stopped at batch %d of %d, %d event(s) sent"):format(number, #batches, sent))
    error(answer)
  end
  sent = sent + answer.count
  print(("batch %d of %d: %d event(s)"):format(number, #batches, answer.count))
end

return { events = sent, batches = #batches }
