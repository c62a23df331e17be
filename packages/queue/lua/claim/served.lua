-- Updates the queues that a claim served: moves tags, removes met elements, holds capped tenants.
-- from tag: tag_words
-- from ready: last_tags, note_queue, hold
-- from tiers: was_served
-- from queues: opened
-- from tenants: orders
-- from many: call_all
-- from plan: capped
-- KEYS: ready* parked*
local function is_emptied(candidate)
  return candidate.all and candidate.met == #candidate.items
end

local function move_tag(candidate, cells) -- also of a tenant that leaves the index, whose tag is parked
  local tag = tag_words(candidate.skipped and math.max(candidate.tag, candidate.order.start) or candidate.tag)
  if is_emptied(candidate) then
    last_tags[candidate.order.tier][candidate.tenant] = tag
  else
    cells[#cells + 1], cells[#cells + 2] = tag, candidate.tenant
  end
end

local function move_tags()
  local cells, tenants = {}, {}
  for tier in pairs(was_served) do cells[tier], tenants[tier] = {}, 0 end
  for _, candidate in ipairs(opened) do
    local tier = candidate.order.tier
    if candidate.served or candidate.skipped and candidate.order.start then -- a skipped tenant gains no credit
      tenants[tier] = tenants[tier] + 1
      move_tag(candidate, cells[tier])
    end
  end
  for tier, count in pairs(tenants) do
    if #cells[tier] > 0 then redis.call('ZADD', ready[tier], 'XX', unpack(cells[tier])) end
    local virtual = tag_words(orders[tier].start)
    call_all('ZREM', parked[tier], redis.call('ZRANGE', parked[tier], '-inf', virtual, 'BYSCORE', 'LIMIT', '0', 2 * count))
  end
end

local function shorten_queues() -- returns true if a servable tenant still has queued actions
  local goes_on = false
  for _, candidate in ipairs(opened) do
    local emptied = is_emptied(candidate)
    if candidate.met > 0 then redis.call('LTRIM', candidate.name, candidate.met, -1) end
    if candidate.met > 0 and emptied then note_queue(candidate.order.tier, candidate.tenant, false) end
    goes_on = goes_on or not emptied and not capped[candidate.tenant]
  end
  for tenant in pairs(capped) do hold(tenant, 'c', true) end
  return goes_on
end
