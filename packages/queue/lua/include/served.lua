-- What a claim leaves of the queues it served: tags moved on, queues without what was met, capped tenants held.
-- include: many plan ready
local function move_tags()
  local cells = {}
  for tier in pairs(was_served) do cells[tier] = {} end
  for _, turn in ipairs(opened) do
    local of_tier = cells[turn.order.tier]
    if turn.served then of_tier[#of_tier + 1], of_tier[#of_tier + 2] = tag_words(turn.tag), turn.tenant end
  end
  for tier, of_tier in pairs(cells) do
    redis.call('ZADD', ready[tier], 'XX', unpack(of_tier))
    local virtual = tag_words(orders[tier].start)
    call_all('ZREM', parked[tier], redis.call('ZRANGE', parked[tier], '-inf', virtual, 'BYSCORE', 'LIMIT', 0, #of_tier))
  end
end

local function shorten_queues() -- answers whether one that may be served goes on
  local goes_on = false
  for _, turn in ipairs(opened) do
    local emptied = turn.all and turn.met == #turn.items
    if turn.met > 0 then redis.call('LTRIM', turn.name, turn.met, -1) end
    if turn.met > 0 and emptied then
      bump(counts, 't' .. turn.order.tier, -1)
      place(turn.order.tier, turn.tenant, false)
    end
    goes_on = goes_on or not emptied and not capped[turn.tenant]
  end
  for tenant in pairs(capped) do hold(tenant, 'c', true) end
  return goes_on
end
