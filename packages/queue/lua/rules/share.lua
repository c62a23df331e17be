-- The share of a tenant among the tenants of a tier that may be served now. Reads the weights of the first hundred; further
-- ones count with the default weight.
-- from profile: parse_profile
-- from many: call_all
-- KEYS: ready* profiles
local WEIGHTS_READ = 100

local function share_of(tier, tenant) -- its weight, the weight of the other ready tenants, their number
  local others, rank = redis.call('ZCARD', ready[tier]), redis.call('ZRANK', ready[tier], tenant)
  local names = redis.call('ZRANGE', ready[tier], 0, WEIGHTS_READ - 1)
  local total = others - #names
  for at, text in ipairs(call_all('HMGET', profiles, names)) do
    if names[at] ~= tenant then total = total + parse_profile(text) end
  end
  if rank then others = others - 1 end
  if rank and rank >= WEIGHTS_READ then total = total - 1 end
  local weight = parse_profile(redis.call('HGET', profiles, tenant))
  return weight, total, others
end
