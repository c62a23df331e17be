-- Who is served by this claim, decided from reads alone: tier by tier and tenant by tenant in the
-- order of their start tags, within caps.
-- include: many tiers elements
-- KEYS: inflight profiles held suspects
local MAX_BYTES, MAX_PASSED, MAX_CAPPED, SUSPECTS_SEEN = 4194304, 100, 500, 10
local picked, bytes, capped, newly_capped, starts, new_tags, loads = {}, 0, {}, 0, {}, {{}, {}, {}, {}}, {}
local met_suspects, passed_suspects = {}, {}

local function read_loads(tenants) -- what each runs now, its weight and its cap (-1 for none)
  local running, kept = call_all('HMGET', inflight, tenants), call_all('HMGET', profiles, tenants)
  for at, tenant in ipairs(tenants) do
    local weight, cap = 1, -1
    if kept[at] then weight, cap = string.match(kept[at], '^(%S+) (%S+)$') end
    loads[tenant] = loads[tenant] or {running = tonumber(running[at] or '0'), weight = tonumber(weight), cap = tonumber(cap)}
  end
end

local function at_cap(tenant)
  if not loads[tenant] then read_loads({tenant}) end
  return loads[tenant].cap >= 0 and loads[tenant].running >= loads[tenant].cap
end

local function pick(item)
  loads[item.tenant].running = loads[item.tenant].running + 1
  bytes = bytes + #item.stored
  picked[#picked + 1] = item
end

local function read_suspects()
  local items = {}
  for at, element in ipairs(redis.call('LRANGE', suspects, 0, SUSPECTS_SEEN - 1)) do items[at] = new_item(element) end
  read_items(items)
  return items
end

local function pick_suspect() -- those that may not run now make way for those behind them
  for _, item in ipairs(read_suspects()) do
    local runs = live(item)
    if runs then item.tier, item.tenant = run_of(item).tier, run_of(item).tenant end
    local waits = runs and (redis.call('HEXISTS', held, item.tenant) == 1 or at_cap(item.tenant))
    local met = waits and passed_suspects or met_suspects
    met[#met + 1] = item.element
    if runs and not waits then
      item.suspect = true
      return pick(item)
    end
  end
  if redis.call('LLEN', suspects) <= SUSPECTS_SEEN then passed_suspects = {} end
end

local function head_of(tier, tenant, wanted)
  if not heads[tier][tenant] then
    local tenants = next_on_page(tier, wanted)
    read_loads(tenants)
    open_heads(tier, tenants, wanted)
  end
  return heads[tier][tenant]
end

local function serve(tier, tier_weight, wanted)
  local tenant, tag = front(tier)
  local head = head_of(tier, tenant, math.min(wanted, AHEAD))
  take_front(tier)
  if at_cap(tenant) then
    capped[tenant], newly_capped = true, newly_capped + 1
    return
  end
  local item = next_live(head, wanted, MAX_PASSED)
  if not item then return end
  pick(item)
  local cost = tonumber(item.cost)
  starts[tier], new_tags[tier][tenant] = tag, tag + cost / loads[tenant].weight
  note_service(tier, cost, tier_weight)
  rejoin(tier, tenant, new_tags[tier][tenant])
end

local function plan(slots, mode, floor, weights, accepts_suspect)
  read_tiers()
  if slots > 0 and accepts_suspect then pick_suspect() end
  while #picked < slots and bytes < MAX_BYTES and passed < MAX_PASSED and newly_capped < MAX_CAPPED do
    local tier, once = next_tier(mode, floor)
    if not tier then return end
    serve(tier, weights[tier], once and 1 or slots - #picked)
  end
end
