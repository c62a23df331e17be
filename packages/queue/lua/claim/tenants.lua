-- The tenants of each tier in the order of their start tags, updated during this claim. Each is a candidate from the index,
-- which is read one page at a time; served ones are in `again` with their new tags. Only reads.
-- KEYS: ready*
local FIRST_PAGE, MOST_PAGE, orders = 16, 64, {}
local first_page = FIRST_PAGE -- no more than may be served

local function shorten_first_page(most)
  first_page = math.min(most, FIRST_PAGE)
end

local function new_order(tier)
  local order = {
    tier = tier, word = ' ' .. tier .. ' ', again = {}, first = 1, page = {}, at = 1, offset = 0, size = first_page,
    front = nil, returns = nil, start = nil, ended = nil,
  }
  orders[tier] = order
  return order
end

local function turn_page(order)
  local cells = redis.call('ZRANGE', ready[order.tier], order.offset, order.offset + order.size - 1, 'WITHSCORES')
  local page = {}
  for at = 1, #cells, 2 do
    page[#page + 1] = {
      order = order, tenant = cells[at], tag = tonumber(cells[at + 1]),
      items = nil, met = 0, name = nil, all = nil, served = nil, effort = nil, cancelled = nil, skipped = nil, pace = nil,
    }
  end
  order.ended = #page < order.size
  order.page, order.at, order.offset, order.size = page, 1, order.offset + order.size, math.min(2 * order.size, MOST_PAGE)
end

local function front(tier) -- returns the next candidate; at equal tags, unserved ones go first
  local order = orders[tier] or new_order(tier)
  if order.front then return order.front end
  if order.at > #order.page and not order.ended then turn_page(order) end
  local fresh, again = order.page[order.at], order.again[order.first]
  order.returns = again and (not fresh or again.tag < fresh.tag)
  order.front = order.returns and again or fresh
  return order.front
end

local function take_front(order)
  if order.returns then order.first = order.first + 1 else order.at = order.at + 1 end
  order.front = nil
end

local function stays_in_front(order, tag)
  local fresh = order.page[order.returns and order.at or order.at + 1]
  local again = order.again[order.returns and order.first + 1 or order.first]
  return (fresh or order.ended) and not (fresh and fresh.tag <= tag) and not (again and again.tag <= tag)
end

local function rejoin(candidate) -- returns the front candidate under its new tag
  local order, tag = candidate.order, candidate.tag
  if stays_in_front(order, tag) then return end
  take_front(order)
  local again = order.again
  local at = #again + 1
  while at > order.first and again[at - 1].tag > tag do at = at - 1 end
  table.insert(again, at, candidate)
end

local function next_on_page(order, count)
  local candidates = {}
  for at = order.at, math.min(#order.page, order.at + count - 1) do candidates[#candidates + 1] = order.page[at] end
  return candidates
end

local function last_starts() -- by tier: the start tag of its last turn
  local starts = {}
  for tier, order in pairs(orders) do starts[tier] = order.start end
  return starts
end
