-- Which tier is served next: strict order with a floor for whoever waited longest, or shares by weight.
-- include: tenants
-- KEYS: state
local MODE_WEIGHTED = 'weighted'
local served, tier_tags, last_service, tier_clock = 0, {}, {}, 0

local function read_tiers()
  local kept = redis.call('HMGET', state, 'services', 'last1', 'last2', 'last3', 'last4', 'tag1', 'tag2', 'tag3', 'tag4', 'vt')
  served, tier_clock = tonumber(kept[1] or '0'), tonumber(kept[10] or '0')
  for tier = 1, 4 do
    last_service[tier], tier_tags[tier] = tonumber(kept[tier + 1] or '0'), tonumber(kept[tier + 5] or '0')
  end
end

local function least(values) -- the tier with ready tenants that has the least value, the lower tier at a tie
  local best
  for tier = 4, 1, -1 do
    if front(tier) and (not best or values(tier) < values(best)) then best = tier end
  end
  return best
end

local function tier_start(tier)
  return math.max(tier_tags[tier], tier_clock)
end

local function next_tier(mode, floor)
  if mode == MODE_WEIGHTED then return least(tier_start) end
  if floor > 0 and (served + 1) % floor == 0 then
    return least(function(tier) return last_service[tier] end)
  end
  return least(function(tier) return tier end)
end

local function note_service(tier, cost, weight)
  served = served + 1
  last_service[tier] = served
  tier_clock = tier_start(tier)
  tier_tags[tier] = tier_clock + cost / weight
end

local function write_tiers()
  local values = {'services', string.format('%.0f', served), 'vt', string.format('%.17g', tier_clock)}
  for tier = 1, 4 do
    for name, text in pairs({last = string.format('%.0f', last_service[tier]), tag = string.format('%.17g', tier_tags[tier])}) do
      values[#values + 1] = name .. tier
      values[#values + 1] = text
    end
  end
  redis.call('HSET', state, unpack(values))
end
