-- Who is served by this claim, decided from reads alone: tier by tier and tenant by tenant in the
-- order of their start tags, within caps.
-- include: tiers elements
-- KEYS: inflight profiles held suspects
local MAX_BYTES, MAX_PASSED, SUSPECTS_SEEN = 4194304, 100, 10
local picked, bytes, capped, starts, new_tags, met_suspects, loads = {}, 0, {}, {}, {{}, {}, {}, {}}, {}, {}

local function load_of(tenant) -- what it runs now, its weight and its cap (-1 for none)
  if not loads[tenant] then
    local weight, cap = string.match(redis.call('HGET', profiles, tenant) or '1 -1', '^(%S+) (%S+)$')
    loads[tenant] = {running = tonumber(redis.call('HGET', inflight, tenant) or '0'), weight = tonumber(weight), cap = tonumber(cap)}
  end
  return loads[tenant]
end

local function at_cap(tenant)
  return load_of(tenant).cap >= 0 and load_of(tenant).running >= load_of(tenant).cap
end

local function pick(item)
  load_of(item.run.tenant).running = load_of(item.run.tenant).running + 1
  bytes = bytes + #item.stored
  picked[#picked + 1] = item
end

local function pick_suspect()
  for _, element in ipairs(redis.call('LRANGE', suspects, 0, SUSPECTS_SEEN - 1)) do
    local item = live(element)
    local tenant = item and item.run.tenant
    if not item or (redis.call('HEXISTS', held, tenant) == 0 and not at_cap(tenant)) then
      met_suspects[#met_suspects + 1] = element
    end
    if item and met_suspects[#met_suspects] == element then
      item.suspect = true
      return pick(item)
    end
  end
end

local function serve(tier, tier_weight)
  local tenant, tag = front(tier)
  take_front(tier)
  if at_cap(tenant) then capped[tenant] = true return end
  local item = next_live(tier, tenant, MAX_PASSED)
  if not item then return end
  pick(item)
  local cost = tonumber(item.run.cost)
  starts[tier], new_tags[tier][tenant] = tag, tag + cost / load_of(tenant).weight
  note_service(tier, cost, tier_weight)
  rejoin(tier, tenant, new_tags[tier][tenant])
end

local function plan(slots, mode, floor, weights, accepts_suspect)
  read_tiers()
  if slots > 0 and accepts_suspect then pick_suspect() end
  while #picked < slots and bytes < MAX_BYTES and passed < MAX_PASSED do
    local tier = next_tier(mode, floor)
    if not tier then return end
    serve(tier, weights[tier])
  end
end
