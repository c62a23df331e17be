-- The stored weight and cap of a tenant. Malformed or out-of-range values count as the default, so that the profile of one
-- tenant cannot stop a claim for others.
local MIN_WEIGHT, MAX_WEIGHT = 0.001, 1000

local function parse_profile(text)
  local weight, cap = string.match(text or '', '^(%S+) (%S+)$')
  weight, cap = tonumber(weight or ''), tonumber(cap or '')
  if not (weight and weight >= MIN_WEIGHT and weight <= MAX_WEIGHT) then weight = 1 end
  return weight, cap and cap >= 1 and cap or math.huge
end
