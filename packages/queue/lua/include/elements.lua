-- What stands in the queues, met from their heads by this claim and read some way ahead: elements whose
-- action was cancelled are passed over, those past their deadline are set aside to be ended. Reads only.
-- include: many clock header run
-- KEYS: actions active queue*
local AHEAD, heads, expired, passed = 16, {}, {}, 0

local function read_items(items) -- what is stored of the actions behind elements
  local ids = {}
  for at, item in ipairs(items) do
    item.since, item.id = string.match(item.element, '^(%d+)%.(.+)$')
    ids[at] = item.id
  end
  local stored, runs, deadlines = call_all('HMGET', actions, ids), call_all('HMGET', run, ids), call_all('ZMSCORE', active, ids)
  for at, item in ipairs(items) do
    item.stored, item.run, item.active = stored[at], runs[at], deadlines[at]
  end
end

local function run_of(item)
  return item.run and parse_run(item.run) or new_run(parse_header(item.stored))
end

local function live(item) -- whether it may run; not where it was cancelled, runs, or has expired
  if not item.stored or item.active then return false end
  local arrival, facts, cost, expires = string.match(item.stored, '^(%d+) (%d %S+) (%S+) %d (%-?%d+) ')
  local since = arrival
  if item.run then
    item.facts, since, item.cost = string.match(item.run, '^%d+ (%d %S+ (%d+) %d+ %d+ %d+ (%S+))$')
  else
    item.facts, item.cost = facts .. ' ' .. arrival .. ' 0 0 0 ' .. cost, cost
  end
  if since ~= item.since then return false end
  if expires == '0' or not is_past(expires, arrival, now) then return true end
  expired[#expired + 1] = item
  return false
end

local function read_on(head, count) -- and one element more, which tells whether these are all
  local elements = redis.call('LRANGE', head.name, #head.items, #head.items + count)
  local items = {}
  head.all = #elements <= count
  for at = 1, math.min(count, #elements) do
    items[at] = {element = elements[at], tier = head.tier, tenant = head.tenant}
    head.items[#head.items + 1] = items[at]
  end
  return items
end

local function open_heads(tier, tenants, count)
  local items = {}
  for _, tenant in ipairs(tenants) do
    local head = {name = queue[tier] .. tenant, tier = tier, tenant = tenant, items = {}, met = 0}
    heads[head.name] = head
    for _, item in ipairs(read_on(head, math.ceil(count / #tenants))) do items[#items + 1] = item end
  end
  read_items(items)
end

local function next_live(head, wanted, limit) -- the next action to run; met elements leave with the claim
  while passed < limit do
    if head.met == #head.items and not head.all then read_items(read_on(head, math.min(AHEAD, wanted, #head.items))) end
    local item = head.items[head.met + 1]
    if not item then return nil end
    head.met = head.met + 1
    if live(item) then return item end
    passed = passed + 1
  end
end
