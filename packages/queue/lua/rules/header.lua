-- The header line before a stored envelope (no script parses the envelope itself), and queue elements. An arrival has 16
-- digits: µs of the domain's clock, unique in the domain. So has the time since which an action waits.
-- from clock: lead_ms
local SINCE_DIGITS = 16

-- A malformed header, which no version of Nooble writes, belongs to no tenant and affects no other action.
local NOBODY, NO_ARRIVAL, COST, MAX_RETAIN_MS = '-', string.rep('0', SINCE_DIGITS), {min = 0.001, max = 1000000}, 31622400000

local function parse_header(stored)
  local arrival, cost, tier, tenant, notify, retain, once, its_sequence =
    string.match(stored or '', '^(%d+) (%S+) %-?%d+ ([1-4]) (%S+) (%d) (%d+) (%S+) ?(%x*)\n')
  if not arrival then arrival, cost, tier, tenant, retain, once, its_sequence = NO_ARRIVAL, '1', '4', NOBODY, '0', '-', '' end
  return {
    tier = tonumber(tier), tenant = tenant, arrival = arrival, cost = cost,
    notify = notify == '1', retain = math.min(tonumber(retain), MAX_RETAIN_MS), once = once, sequence = its_sequence,
  }
end

local function cost_of(text) -- any other value would break the order of a tier permanently
  local cost = tonumber(text)
  return cost and cost >= COST.min and cost <= COST.max and cost or 1
end

local function expiry_of(expires, arrival) -- by the domain's clock (ms); '0' for never, negative for a delay from its arrival
  local ms = tonumber(expires)
  if ms < 0 then return math.floor(arrival / 1000) - ms end
  return ms > 0 and ms + lead_ms or math.huge
end

local function expiry_in(stored)
  local arrival, expires = string.match(stored, '^(%d+) %S+ (%-?%d+) ')
  return expires and expiry_of(expires, arrival) or math.huge
end

local function element_of(since, id, ran) -- the mark shows whether there is a run to read
  return since .. (ran and '!' or '.') .. id
end
