-- Actions on their last permitted stall. They wait separately; one is picked if it may run alone.
-- from elements: run_of, new_item, read_items, live
-- from loads: read_loads, loads, UNLIMITED, pick
-- from due: leave_more
-- KEYS: held suspects
local SUSPECTS_SEEN, met_suspects, passed_suspects = 10, {}, {}

local function candidate_of(item) -- a candidate outside of the order
  local r = run_of(item)
  local candidate = {order = {tier = r.tier}, tenant = r.tenant}
  read_loads({candidate})
  return candidate
end

local function may_run(candidate)
  local load = loads[candidate.tenant] or UNLIMITED
  return redis.call('HEXISTS', held, candidate.tenant) == 0 and load.running < load.cap
end

local function pick_suspect() -- suspects that must not run now move behind the others
  local elements, items = redis.call('LRANGE', suspects, 0, SUSPECTS_SEEN), {}
  for at = 1, math.min(#elements, SUSPECTS_SEEN) do items[at] = new_item(elements[at]) end
  read_items(items)
  for at, item in ipairs(items) do
    local runs = live(item)
    if runs then item.candidate = candidate_of(item) end
    local waits = runs and not may_run(item.candidate)
    local met = waits and passed_suspects or met_suspects
    met[#met + 1] = elements[at]
    if runs and not waits then
      item.suspect = true
      return pick(item, loads[item.candidate.tenant] or UNLIMITED)
    end
  end
  if #elements <= SUSPECTS_SEEN then
    passed_suspects = {}
  elseif #met_suspects > 0 then
    leave_more() -- ended suspects have hidden the ones behind them
  end
end
