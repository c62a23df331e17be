-- Actions on their last permitted stall: they wait apart, and one is picked where it may run alone.
-- include: many elements
-- KEYS: suspects held inflight profiles
local SUSPECTS_SEEN, picked, bytes, loads, met_suspects, passed_suspects = 10, {}, 0, {}, {}, {}

local function read_loads(turns) -- what their tenants run now, their weights and their caps
  local tenants = {}
  for at, turn in ipairs(turns) do tenants[at] = turn.tenant end
  local running, kept = redis.call('HMGET', inflight, unpack(tenants)), redis.call('HMGET', profiles, unpack(tenants))
  for at, tenant in ipairs(tenants) do
    local weight, cap = 1, -1
    if kept[at] then weight, cap = string.match(kept[at], '^(%S+) (%S+)$') end
    cap = tonumber(cap)
    loads[tenant] = loads[tenant] or {running = tonumber(running[at] or '0'), weight = tonumber(weight), cap = cap >= 0 and cap or math.huge}
    turns[at].load = loads[tenant]
  end
end

local function pick(item, load)
  load.running, bytes = load.running + 1, bytes + #item.stored
  picked[#picked + 1] = item
end

local function turn_of(item) -- one outside of every order
  local r = run_of(item)
  local turn = {order = {tier = r.tier}, tenant = r.tenant, load = nil}
  read_loads({turn})
  return turn
end

local function may_run(turn)
  return redis.call('HEXISTS', held, turn.tenant) == 0 and turn.load.running < turn.load.cap
end

local function pick_suspect() -- those that may not run now make way for those behind them
  local elements, items = redis.call('LRANGE', suspects, 0, SUSPECTS_SEEN), {}
  for at = 1, math.min(#elements, SUSPECTS_SEEN) do items[at] = new_item(elements[at]) end
  read_items(items)
  for at, item in ipairs(items) do
    local runs = live(item)
    if runs then item.turn = turn_of(item) end
    local waits = runs and not may_run(item.turn)
    local met = waits and passed_suspects or met_suspects
    met[#met + 1] = elements[at]
    if runs and not waits then
      item.suspect = true
      return pick(item, item.turn.load)
    end
  end
  if #elements <= SUSPECTS_SEEN then passed_suspects = {} end
end
