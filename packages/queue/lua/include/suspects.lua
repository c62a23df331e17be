-- Actions on their last permitted stall: they wait apart, and one is picked where it may run alone.
-- include: many elements
-- KEYS: suspects held inflight profiles
local UNLIMITED = {running = 0, weight = 1, cap = math.huge} -- whoever has no profile
local SUSPECTS_SEEN, picked, bytes, loads, met_suspects, passed_suspects = 10, {}, 0, {}, {}, {}

local function read_loads(turns) -- of tenants with a profile: what they run now, their weights and their caps
  local tenants, limited = {}, {}
  for at, turn in ipairs(turns) do tenants[at] = turn.tenant end
  for at, kept in ipairs(redis.call('HMGET', profiles, unpack(tenants))) do
    local tenant = tenants[at]
    if kept and not loads[tenant] then
      local weight, cap = string.match(kept, '^(%S+) (%S+)$')
      cap, limited[#limited + 1] = tonumber(cap), tenant
      loads[tenant] = {running = nil, weight = tonumber(weight), cap = cap >= 0 and cap or math.huge}
    end
  end
  for at, running in ipairs(call_all('HMGET', inflight, limited)) do loads[limited[at]].running = tonumber(running or '0') end
end

local function pick(item, load)
  load.running, bytes = load.running + 1, bytes + #item.stored
  picked[#picked + 1] = item
end

local function turn_of(item) -- one outside of every order
  local r = run_of(item)
  local turn = {order = {tier = r.tier}, tenant = r.tenant}
  read_loads({turn})
  return turn
end

local function may_run(turn)
  local load = loads[turn.tenant] or UNLIMITED
  return redis.call('HEXISTS', held, turn.tenant) == 0 and load.running < load.cap
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
      return pick(item, loads[item.turn.tenant] or UNLIMITED)
    end
  end
  if #elements <= SUSPECTS_SEEN then passed_suspects = {} end
end
