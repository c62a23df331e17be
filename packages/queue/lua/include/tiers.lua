-- Which tier is served next: strict order with a floor for whoever waited longest, or shares by weight.
-- include: tenants
-- KEYS: state
local MODE_WEIGHTED = 'weighted'
local served, tier_tags, last_service, tier_clock, was_served = 0, {}, {}, 0, {}

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

local function next_tier(mode, floor) -- and whether only this one service goes there for now
  if mode == MODE_WEIGHTED then return least(tier_start) end
  if floor > 0 and (served + 1) % floor == 0 then
    return least(function(tier) return last_service[tier] end), true
  end
  for tier = 1, 4 do
    if front(tier) then return tier end
  end
end

local function note_service(tier, cost, weight)
  served = served + 1
  was_served[tier], last_service[tier] = true, served
  tier_clock = tier_start(tier)
  tier_tags[tier] = tier_clock + cost / weight
end

local function tier_cells() -- what changed of all this, as fields and values
  local cells = {}
  local function add(field, format, value) cells[#cells + 1], cells[#cells + 2] = field, string.format(format, value) end
  if next(was_served) then
    add('services', '%.0f', served)
    add('vt', '%.17g', tier_clock)
  end
  for tier in pairs(was_served) do
    add('last' .. tier, '%.0f', last_service[tier])
    add('tag' .. tier, '%.17g', tier_tags[tier])
    add('v' .. tier, '%.17g', orders[tier].start)
  end
  return cells
end
