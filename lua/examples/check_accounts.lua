-- What: tries the credentials of every account without changing anything: does the API token work,
--       whose workspace is it, and may it see write keys.
-- Needs: nothing; an account without a token is reported as such. Names after -- limit it to them:
--          kosmo integrations:lua lua/examples/check_accounts.lua -- production staging
-- Prints: a line for each account; returns what was found out. Raises an error when an account that
--         has a token cannot use it, so that a nightly job fails.

local segment = app.integrations.segment

local names = {}
if #arg > 0 then
  names = arg
else
  for name, member in pairs(segment) do
    if type(member) ~= "function" then
      table.insert(names, name)
    end
  end
  table.sort(names)
end

local function check(name)
  local account = segment[name]
  local ok, me = pcall(account.get_current_user)
  if not ok then
    return { account = name, ok = me.code == "missing_credential", code = me.code, hint = me.hint }
  end
  local keys = 0
  for _, source in ipairs(account.list_sources({ slug = me.workspace.slug }).sources) do
    keys = keys + #source.write_keys
  end
  return { account = name, ok = true, workspace = me.workspace.slug, region = me.region, write_keys = keys }
end

local broken = {}
local found = task.map(names, check)
for _, result in ipairs(found) do
  if result.workspace then
    local line = ("%-12s %s (%s), %d write key(s) visible"):format(
      result.account, result.workspace, result.region, result.write_keys)
    print(line)
  else
    print(("%-12s %s: %s"):format(result.account, result.code, result.hint or ""))
  end
  if not result.ok then
    table.insert(broken, result.account)
  end
end

if #broken > 0 then
  error("accounts that cannot be used: " .. table.concat(broken, ", "))
end
return json.array(found)
