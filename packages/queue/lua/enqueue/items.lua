-- The items of an enqueue call, read from its arguments, and the stored facts about them and their tenants. Items with the
-- same terms share one row.
-- from many: names_in
-- from header: parse_header
-- KEYS: idempotency depth held actions
local TERMS_SIZE, ITEM_SIZE, FIRST_TERMS = 10, 4, 4
local FIRST_ITEM = FIRST_TERMS + ARGV[3] * TERMS_SIZE
local terms, items, ids, standing, taken = {}, {}, {}, {}, {}

local function limit_at(at)
  local limit = tonumber(ARGV[at])
  return limit >= 0 and limit or nil
end

local function given_at(at)
  return ARGV[at] ~= '-' and ARGV[at] or nil
end

for at = FIRST_TERMS, FIRST_ITEM - 1, TERMS_SIZE do
  terms[ARGV[at]] = {
    tier = tonumber(ARGV[at + 1]), run_at = tonumber(ARGV[at + 2]), once = given_at(at + 3), sequence = given_at(at + 4),
    profile = ARGV[at + 5] ~= '' and ARGV[at + 5] or nil, -- items without a profile are exempt from limits
    minute = limit_at(at + 6), day = limit_at(at + 7), depth = limit_at(at + 8) or math.huge, delays = ARGV[at + 9] == '1',
  }
end

for at = FIRST_ITEM, #ARGV, ITEM_SIZE do
  local id, tenant, its = ARGV[at], ARGV[at + 1], terms[ARGV[at + 2]]
  ids[#ids + 1], standing[tenant] = id, true
  items[#items + 1] = {
    id = id, tenant = tenant, terms = its, stored = ARGV[at + 3], once = its.once and idempotency .. tenant .. ':' .. its.once,
    due = nil, slot = nil, arrival = nil, -- set later
  }
end

local function read_standing() -- reads for each tenant: its depth, suspension, and hold at its cap
  local tenants = names_in(standing)
  local waiting, holds = redis.call('HMGET', depth, unpack(tenants)), redis.call('HMGET', held, unpack(tenants))
  for at, tenant in ipairs(tenants) do
    local reasons = holds[at] or ''
    standing[tenant] = {
      depth = tonumber(waiting[at] or '0'), profile = nil,
      suspended = string.find(reasons, 's'), capped = string.find(reasons, 'c'),
    }
  end
end

local function mark_taken() -- ids of stored actions with their tenants
  for at, stored in ipairs(redis.call('HMGET', actions, unpack(ids))) do
    if stored then taken[ids[at]] = parse_header(stored).tenant end
  end
end
