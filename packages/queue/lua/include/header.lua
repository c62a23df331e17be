-- The header line before a stored envelope (no script parses the envelope itself), and queue elements.
local function parse_header(stored)
  local arrival, tier, tenant, cost, notify, expires, retain, once =
    string.match(stored, '^(%d+) (%d) (%S+) (%S+) (%d) (%d+) (%d+) (%S+)\n')
  return {
    tier = tonumber(tier), tenant = tenant, arrival = arrival, cost = cost,
    notify = notify == '1', expires = tonumber(expires), retain = tonumber(retain), once = once,
  }
end

local function element_of(since, id)
  return since .. '.' .. id
end
