-- The queues of candidates, read from their heads with some elements in advance. Elements that do not run cost effort and no
-- turn; effort is limited per tenant and per call. Only reads.
-- from elements: new_item, read_items, CANCELLED_EFFORT, live
-- from header: SINCE_DIGITS
-- KEYS: queue* actions
local AHEAD, TENANT_EFFORT, CALL_EFFORT, CANCELLED_AHEAD = 16, 500, 2000, 100
local opened, effort = {}, 0

local function read_on(candidate, count, items) -- plus one element, which shows whether there are more
  local elements = redis.call('LRANGE', candidate.name, #candidate.items, #candidate.items + count)
  candidate.all = #elements <= count
  for at = 1, math.min(count, #elements) do
    local item = new_item(elements[at], candidate)
    candidate.items[#candidate.items + 1], items[#items + 1] = item, item
  end
  return items
end

local function open(candidates, count) -- opens the queues of several tenants, `count` elements in total
  local items = {}
  for _, candidate in ipairs(candidates) do
    candidate.name, candidate.items, candidate.effort = queue[candidate.order.tier] .. candidate.tenant, {}, 0
    opened[#opened + 1] = candidate
    read_on(candidate, math.ceil(count / #candidates), items)
  end
  read_items(items)
end

local function spend(candidate, by)
  candidate.effort, effort = candidate.effort + by, effort + by
end

local function is_spent(candidate)
  return candidate.effort >= TENANT_EFFORT or effort >= CALL_EFFORT
end

local function pass_cancelled(candidate) -- skips elements not read yet, without reading their actions
  local first = #candidate.items
  local elements = redis.call('LRANGE', candidate.name, first, first + CANCELLED_AHEAD)
  for at = 1, math.min(#elements, CANCELLED_AHEAD) do
    if redis.call('HEXISTS', actions, string.sub(elements[at], SINCE_DIGITS + 2)) == 1 then
      candidate.cancelled = false
      return
    end
    candidate.items[first + at], candidate.met = false, candidate.met + 1
    spend(candidate, CANCELLED_EFFORT)
  end
  candidate.all = #elements <= CANCELLED_AHEAD
end

local function read_further(candidate, wanted)
  while candidate.cancelled and not candidate.all and not is_spent(candidate) do pass_cancelled(candidate) end
  if candidate.all or is_spent(candidate) then return end
  read_items(read_on(candidate, math.min(wanted, #candidate.items), {}))
end

local function next_live(candidate, wanted) -- returns the next action to run; met elements are removed at the end of the claim
  while not is_spent(candidate) do
    if candidate.met == #candidate.items then read_further(candidate, wanted) end
    local item = candidate.items[candidate.met + 1]
    if not item then return nil end
    candidate.met = candidate.met + 1
    local runs, cost = live(item)
    candidate.cancelled = cost == CANCELLED_EFFORT
    if runs then return item end
    spend(candidate, cost)
  end
end
