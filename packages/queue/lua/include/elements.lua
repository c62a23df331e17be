-- What stands in the queues, met from their heads by this claim and read some way ahead: elements whose
-- action was cancelled are passed over, those past their deadline are set aside to be ended. Reads only.
-- include: many clock header run
-- KEYS: actions active queue*
local AHEAD, heads, expired, passed = 16, {{}, {}, {}, {}}, {}, 0

local function new_item(element, tier, tenant, head) -- with room for what becomes known of it: a table that grows is copied
  return {
    element = element, tier = tier, tenant = tenant, head = head,
    since = nil, id = nil, ran = nil, stored = nil, active = nil, run = nil, text = nil, cost = nil,
  }
end

local function read_items(items) -- what is stored of the actions behind elements
  local ids, ran, ran_ids = {}, {}, {}
  for at, item in ipairs(items) do
    local since, mark, id = string.match(item.element, '^(%d+)([.!])(.+)$')
    item.since, item.id, item.ran, ids[at] = since, id, mark == '!', id
    if item.ran then ran[#ran + 1], ran_ids[#ran_ids + 1] = item, id end
  end
  local stored, deadlines = call_all('HMGET', actions, ids), call_all('ZMSCORE', active, ids)
  for at, item in ipairs(items) do item.stored, item.active = stored[at], deadlines[at] end
  for at, text in ipairs(call_all('HMGET', run, ran_ids)) do ran[at].run = text end
end

local function run_of(item)
  return item.run and parse_run(item.run) or new_run(parse_header(item.stored))
end

local function read_facts(item) -- its run under the token of this claim, its cost and when it expires; nil where the element is stale
  if item.ran and not item.run then return nil end
  if not item.ran then
    local lead = item.since .. ' ' .. item.head.who
    if string.sub(item.stored, 1, #lead) ~= lead then return nil end
    local cost, expires = string.match(item.stored, '^(%S+) %d (%-?%d+) ', #lead + 1)
    item.text, item.cost = clock_text .. ' ' .. item.head.who .. item.since .. ' 0 0 0 ' .. cost, cost
    return expires, item.since
  end
  local facts, since, cost = string.match(item.run, '^%d+ (%d %S+ (%d+) %d+ %d+ %d+ (%S+))$')
  if since ~= item.since then return nil end
  item.text, item.cost = clock_text .. ' ' .. facts, cost
  local arrival, expires = string.match(item.stored, '^(%d+) %d %S+ %S+ %d (%-?%d+) ')
  return expires, arrival
end

local function live(item) -- whether it may run; not where it was cancelled, runs, or has expired
  if not item.stored or item.active then return false end
  local expires, arrival = read_facts(item)
  if expires == '0' or expires and not is_past(expires, arrival, now) then return true end
  if expires then expired[#expired + 1] = item end
  return false
end

local function read_on(head, count) -- and one element more, which tells whether these are all
  local elements = redis.call('LRANGE', head.name, #head.items, #head.items + count)
  local items = {}
  head.all = #elements <= count
  for at = 1, math.min(count, #elements) do
    items[at] = new_item(elements[at], head.tier, head.tenant, head)
    head.items[#head.items + 1] = items[at]
  end
  return items
end

local function open_heads(tier, tenants, count)
  local items = {}
  for _, tenant in ipairs(tenants) do
    local head = {name = queue[tier] .. tenant, who = tier .. ' ' .. tenant .. ' ', tier = tier, tenant = tenant, items = {}, met = 0}
    heads[tier][tenant] = head
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
