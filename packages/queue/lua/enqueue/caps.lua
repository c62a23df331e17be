-- A cap that an admission raises takes effect immediately, also for waiting actions.
-- from items: standing
-- from many: call_all
-- from touch: touch_lists
-- KEYS: inflight
local function find_uncapped() -- tenants held at a cap that they are now below; touches their lists
  local capped, uncapped = {}, {}
  for tenant, its_standing in pairs(standing) do
    if its_standing.capped and its_standing.profile then capped[#capped + 1] = tenant end
  end
  for at, running in ipairs(call_all('HMGET', inflight, capped)) do
    local cap = tonumber(string.match(standing[capped[at]].profile, '%S+$'))
    if cap < 0 or tonumber(running or '0') < cap then uncapped[capped[at]] = true end
  end
  touch_lists(uncapped)
  return uncapped
end
