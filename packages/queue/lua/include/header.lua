-- The header line before a stored envelope (no script parses the envelope itself), and queue elements.
local function parse_header(stored)
  local tier, tenant, arrival, cost, notify, expires, retain, once =
    string.match(stored, '^(%d) (%S+) (%d+) (%S+) (%d) (%d+) (%d+) (%S+)\n')
  return {
    tier = tonumber(tier), tenant = tenant, arrival = tonumber(arrival), cost = cost,
    notify = notify == '1', expires = tonumber(expires), retain = tonumber(retain), once = once,
  }
end

local function element_of(since, id)
  return string.format('%.0f.%s', since, id)
end

local function parse_element(element)
  local since, id = string.match(element, '^(%d+)%.(.+)$')
  return tonumber(since), id
end
