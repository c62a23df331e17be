-- Admits a batch of actions of one domain, each all or nothing; a rejection leaves no trace.
-- KEYS: run profiles
-- include: calls ready delay header admission
-- ARGV: process, call, number of policies,
--       policies × (per minute, per day, depth, 1 to delay | 0 to reject, weight, cap; -1 for no limit),
--       items × (id, tenant, tier, policy, 1 if exempt from limits, run at ms, cost, notify, expires ms, retain ms, once, envelope)
-- Output: per item: code (src/operations/enqueue.ts names them), detail, detail
-- Complexity: O(log tenants) per item
local process, call = ARGV[1], ARGV[2]
local answer = earlier_answer(process, call)
if answer then return cjson.decode(answer) end

local ONCE_TTL_MS, SEEN_TTL_MS, POLICY_SIZE, ITEM_SIZE = 86400000, 60000, 6, 12
local accepted, replies, tenants = {}, {}, {}

local function policy_of(index)
  local at = 3 + index * POLICY_SIZE
  return {
    minute = tonumber(ARGV[at + 1]), day = tonumber(ARGV[at + 2]), depth = tonumber(ARGV[at + 3]),
    delays = ARGV[at + 4] == '1', profile = ARGV[at + 5] .. ' ' .. ARGV[at + 6],
  }
end

local function item_at(at)
  local tenant, once = ARGV[at + 1], ARGV[at + 10]
  return {
    id = ARGV[at], tenant = tenant, tier = tonumber(ARGV[at + 2]), policy = policy_of(tonumber(ARGV[at + 3])),
    exempt = ARGV[at + 4] == '1', run_at = tonumber(ARGV[at + 5]), cost = ARGV[at + 6],
    details = table.concat({ARGV[at + 7], ARGV[at + 8], ARGV[at + 9], once}, ' '),
    once = once ~= '-' and idempotency .. tenant .. ':' .. once or nil, envelope = ARGV[at + 11],
  }
end

local function admit(item)
  note_admitted(item)
  touch_lists(item.tenant)
  item.due = math.max(item.slot, item.run_at)
  item.arrival = clock + #accepted
  accepted[#accepted + 1] = item
  if not item.exempt then tenants[item.tenant] = item.policy.profile end
  return item.due > now and item.due or 0
end

for at = 4 + tonumber(ARGV[3]) * POLICY_SIZE, #ARGV, ITEM_SIZE do
  local item = item_at(at)
  local code, detail, more = judge(item)
  if code == ACCEPTED then detail = admit(item) end
  for _, part in ipairs({code, detail or 0, more or 0}) do
    replies[#replies + 1] = type(part) == 'number' and string.format('%.0f', part) or part
  end
end
if #accepted == 0 then return replies end

local function store(item) -- the first write, and one that Redis refuses at maxmemory
  local header = string.format('%d %s %.0f %s %s\n', item.tier, item.tenant, item.arrival, item.cost, item.details)
  redis.call('HSET', actions, item.id, header .. item.envelope)
end

local function list(item)
  if item.due > now then
    redis.call('HSET', run, item.id, string.format('%d %s 0 %.0f 0 0 0 %s', item.tier, item.tenant, item.arrival, item.cost))
    add_delayed(item.id, item.tier, item.tenant, item.due)
  else
    bump_waiting(item.tier, item.tenant, item.arrival, 1)
    push(item.tier, item.tenant, element_of(item.arrival, item.id))
  end
  if item.once then redis.call('SET', item.once, item.id, 'PX', ONCE_TTL_MS) end
  if item.exempt then redis.call('SET', seen .. item.id, '1', 'PX', SEEN_TTL_MS) end
end

for _, item in ipairs(accepted) do store(item) end
clock = clock + #accepted
clock_text = string.format('%.0f', clock)
write_clock()
for tenant, profile in pairs(tenants) do
  if profile == '1 -1' then redis.call('HDEL', profiles, tenant) else redis.call('HSET', profiles, tenant, profile) end
end
for _, item in ipairs(accepted) do list(item) end
write_window()
write_days()
write_counts()
write_wake()
remember(process, call, cjson.encode(replies))
return replies
