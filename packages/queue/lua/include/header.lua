-- The header line before a stored envelope; no script parses the envelope itself.
local function parse_header(stored)
  local tier, tenant, arrival, cost, notify, expires, retain, once =
    string.match(stored, '^(%d) (%S+) (%d+) (%S+) (%d) (%d+) (%d+) (%S+)\n')
  return {
    tier = tonumber(tier), tenant = tenant, arrival = tonumber(arrival), cost = cost,
    notify = notify == '1', expires = tonumber(expires), retain = tonumber(retain), once = once,
  }
end

local function parse_element(element) -- <arrival>.<action_id>
  local arrival, id = string.match(element, '^(%d+)%.(.+)$')
  return tonumber(arrival), id
end

local function element_of(arrival, id)
  return string.format('%.0f.%s', arrival, id)
end
