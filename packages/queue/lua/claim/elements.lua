-- The actions of queue elements, as read by this claim. A cancelled action is skipped, an expired one is set aside to be
-- ended. Only reads.
-- from header: SINCE_DIGITS, parse_header, cost_of, expiry_of
-- from many: call_all
-- from flags: flag_words
-- from run: parse_run, new_run, run_text
-- from clock: clock_text, now
-- KEYS: actions active run
local RAN, USUAL = string.byte('!'), ' 1 0' -- most actions cost 1 and never expire
local CANCELLED_EFFORT, EXPIRED_EFFORT, expired = 1, 5, {}

local function new_item(element, candidate) -- with all fields from the start: a growing table is copied
  return {
    since = string.sub(element, 1, SINCE_DIGITS), id = string.sub(element, SINCE_DIGITS + 2), candidate = candidate,
    ran = string.byte(element, SINCE_DIGITS + 1) == RAN, stored = nil, run = nil, text = nil, flags = '', cost = nil,
  }
end

local function read_items(items) -- reads the actions of elements, unless they are running
  local ids, ran, ran_ids = {}, {}, {}
  for at, item in ipairs(items) do
    ids[at] = item.id
    if item.ran then ran[#ran + 1], ran_ids[#ran_ids + 1] = item, item.id end
  end
  local stored, deadlines = call_all('HMGET', actions, ids), call_all('ZMSCORE', active, ids)
  for at, item in ipairs(items) do item.stored = not deadlines[at] and stored[at] end
  for at, text in ipairs(call_all('HMGET', run, ran_ids)) do ran[at].run = text end
end

local function run_of(item)
  return item.run and parse_run(item.run) or new_run(parse_header(item.stored))
end

local function begin_anew(item) -- its header or run does not parse: the worker decides about the rest
  local r, candidate = new_run(parse_header(item.stored)), item.candidate
  if candidate then r.tier, r.tenant = candidate.order.tier, candidate.tenant end
  r.token, r.since = clock_text, item.since
  item.flags, r.flags = flag_words(r.flags), ''
  item.text, item.cost = run_text(r), cost_of(r.cost)
  item.run = item.text
  return '0', item.since
end

local function read_fresh(item) -- returns its cost and expiry; nil for a stale element
  local stored, since, candidate, cost, expires = item.stored, item.since, item.candidate, '1', '0'
  if string.sub(stored, 1, SINCE_DIGITS) ~= since then
    if not string.find(stored, '^%d+ ') then return begin_anew(item) end
    return nil
  end
  local whose = candidate.order.word .. candidate.tenant .. ' '
  if string.sub(stored, SINCE_DIGITS + 1, SINCE_DIGITS + #USUAL + #whose) ~= USUAL .. whose then
    local place
    cost, expires, place = string.match(stored, '^ (%S+) (%-?%d+)()', SINCE_DIGITS + 1)
    if not place or string.sub(stored, place, place + #whose - 1) ~= whose then return begin_anew(item) end
  end
  item.text = clock_text .. whose .. since .. ' 0 0 0 ' .. cost
  item.cost = cost_of(cost)
  return expires, since
end

local function read_ran(item) -- the same for an action with a run, which continues under the token of this claim
  if not item.run then return nil end
  local facts, since, cost, flags = string.match(item.run, '^%d+ ([1-4] %S+ (%d+) %d+ %d+ %d+ (%S+)[ %d]-)( ?%l*%+?)$')
  if not facts then return begin_anew(item) end
  if since ~= item.since then return nil end
  item.text, item.flags, item.cost = clock_text .. ' ' .. facts, flags, cost_of(cost)
  local arrival, expires = string.match(item.stored, '^(%d+) %S+ (%-?%d+) ')
  return expires or '0', arrival
end

local function live(item) -- returns false if it was cancelled, is running, or has expired
  if not item.stored then return false, CANCELLED_EFFORT end
  local expires, arrival = (item.ran and read_ran or read_fresh)(item)
  if expires == '0' or expires and expiry_of(expires, arrival) > now then return true end
  if expires then expired[#expired + 1] = item end
  return false, expires and EXPIRED_EFFORT or CANCELLED_EFFORT
end
