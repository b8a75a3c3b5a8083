-- What: identifies every person of a list, eight at a time. A bad row is reported and does not stop
--       the others.
-- Needs: a write key, and permission to write (--force). The list is the input:
--          kosmo integrations:lua lua/examples/import_people.lua --force --input @people.json
--        where people.json is [{"id": "user-1", "email": "…", "name": "…", "plan": "…"}, …].
--        Without input it takes three people of its own, one of them without an id.
-- Prints: every row that was refused, then a summary; returns the counts and the refusals.

local segment = app.integrations.segment

local people = input or {
  { id = "user-1", email = "ada@example.com", name = "Ada", plan = "pro" },
  { id = "user-2", email = "grace@example.com", name = "Grace", plan = "free" },
  { email = "nobody@example.com", name = "No Id" },
}

local function import(person)
  local ok, e = pcall(segment.identify_user, {
    userId = person.id,
    traits = { email = person.email, name = person.name, plan = person.plan },
  })
  if ok then
    return { ok = true }
  end
  -- A refused row is this row's problem; a missing key or a lost network is everybody's.
  if e.code == "no_user_anon_id" or e.code == "id_not_string" or e.code == "message_too_large" then
    return { ok = false, row = person.email or "?", code = e.code, hint = e.hint }
  end
  error(e)
end

local refused = {}
for _, outcome in ipairs(task.map(people, import, { concurrency = 8 })) do
  if not outcome.ok then
    print("refused " .. outcome.row .. ": " .. outcome.code)
    table.insert(refused, outcome)
  end
end
print(#people - #refused .. " of " .. #people .. " people identified")

return { identified = #people - #refused, refused = json.array(refused) }
