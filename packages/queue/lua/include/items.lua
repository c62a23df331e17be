-- The items of an enqueue call, read from its arguments, and what Redis knows of them and their tenants.
-- include: many header
-- KEYS: actions depth held queue* idempotency
local POLICY_SIZE, ITEM_SIZE, FIRST_POLICY = 6, 7, 4
local policies, items, ids, standing = {}, {}, {}, {}

for at = FIRST_POLICY, FIRST_POLICY + ARGV[3] * POLICY_SIZE - 1, POLICY_SIZE do
  policies[#policies + 1] = {
    minute = tonumber(ARGV[at]), day = tonumber(ARGV[at + 1]), depth = tonumber(ARGV[at + 2]), delays = ARGV[at + 3] == '1',
    profile = ARGV[at + 4] .. ' ' .. ARGV[at + 5],
  }
end

for at = FIRST_POLICY + ARGV[3] * POLICY_SIZE, #ARGV, ITEM_SIZE do
  local tenant, once = ARGV[at + 1], ARGV[at + 5]
  ids[#ids + 1] = ARGV[at]
  standing[tenant] = true
  items[#items + 1] = {
    id = ARGV[at], tenant = tenant, tier = tonumber(ARGV[at + 2]), policy = policies[tonumber(ARGV[at + 3])], run_at = tonumber(ARGV[at + 4]),
    once = once ~= '-' and idempotency .. tenant .. ':' .. once or nil, stored = ARGV[at + 6],
    owner = nil, slot = nil, due = nil, arrival = nil, -- room for what becomes known of it
  }
end

local function read_standing() -- of each tenant: its depth, and whether it is suspended
  local tenants = names_in(standing)
  local waiting, holds = redis.call('HMGET', depth, unpack(tenants)), redis.call('HMGET', held, unpack(tenants))
  for at, tenant in ipairs(tenants) do
    standing[tenant] = {depth = tonumber(waiting[at] or '0'), suspended = holds[at] and string.find(holds[at], 's')}
  end
end

local function mark_repeated() -- with the tenant whose action has the id
  for at, stored in ipairs(redis.call('HMGET', actions, unpack(ids))) do
    items[at].owner = stored and parse_header(stored).tenant
  end
end
