-- Admits a batch of actions of one domain, each all or nothing; a rejection leaves no trace.
-- KEYS: run profiles
-- include: calls ready delay header admission
-- ARGV: process, call, number of policies,
--       policies × (per minute, per day, depth, 1 to delay | 0 to reject, weight, cap; -1 for no limit),
--       items × (id, tenant, tier, number of its policy or 0 if it is exempt from limits,
--                run at ms (negative: from now), once, stored without its arrival)
-- Output: per item that did not simply enter: its index, code (src/operations/enqueue.ts names them), detail, detail
-- Complexity: O(log tenants) per item
local process, call = ARGV[1], ARGV[2]
local answer = earlier_answer(process, call)
if answer then return words_of(answer) end

local ONCE_TTL_MS, SEEN_TTL_MS = 86400000, 60000
local accepted, replies, profiled, lines = {}, {}, {}, {}

local function admit(item)
  note_admitted(item)
  item.due = math.max(item.slot, item.run_at < 0 and now - item.run_at or item.run_at)
  item.arrival = string.format('%.0f', clock + #accepted)
  accepted[#accepted + 1] = item
  if item.policy then profiled[item.tenant] = item.policy.profile end
  return item.due > now and item.due or nil
end

local function reply(index, code, detail, more)
  for _, part in ipairs({index, code, detail or 0, more or 0}) do
    replies[#replies + 1] = type(part) == 'number' and string.format('%.0f', part) or part
  end
end

read_standing()
mark_repeated()
for index, item in ipairs(items) do
  local code, detail, more = judge(item)
  if code == ACCEPTED then detail = admit(item) end
  if code ~= ACCEPTED or detail then reply(index - 1, code, detail, more) end
end
if #accepted == 0 then return replies end

local function store() -- the first write, and one that Redis refuses at maxmemory
  local cells = {}
  for at, item in ipairs(accepted) do
    cells[2 * at - 1], cells[2 * at] = item.id, item.arrival .. ' ' .. item.stored
  end
  redis.call('HSET', actions, unpack(cells))
end

local function write_profiles()
  local usual, others = {}, {}
  for tenant, profile in pairs(profiled) do
    if profile == '1 -1' then
      usual[#usual + 1] = tenant
    else
      others[#others + 1], others[#others + 2] = tenant, profile
    end
  end
  call_all('HDEL', profiles, usual)
  call_all('HSET', profiles, others)
end

local function delay(item)
  local cost = parse_header(item.arrival .. ' ' .. item.stored).cost
  redis.call('HSET', run, item.id, string.format('0 %d %s %s 0 0 0 %s', item.tier, item.tenant, item.arrival, cost))
  add_delayed(item.id, item.tier, item.tenant, item.due)
end

local function list(item)
  local name = queue[item.tier] .. item.tenant
  local line = lines[name] or {tier = item.tier, tenant = item.tenant}
  lines[name], line[#line + 1] = line, element_of(item.arrival, item.id)
  bump_arrival(item.tier, item.arrival, 1)
end

for _, item in ipairs(accepted) do
  if item.due <= now then list(item) end
end
touch(names_in(lines))
store()
clock = clock + #accepted
write_clock()
write_profiles()
for _, item in ipairs(accepted) do
  if item.due > now then delay(item) end
  if item.once then redis.call('SET', item.once, item.id, 'PX', ONCE_TTL_MS) end
  if not item.policy then redis.call('SET', seen .. item.id, '1', 'PX', SEEN_TTL_MS) end
end
for _, line in pairs(lines) do
  bump_line(line.tier, line.tenant, #line)
  push(line.tier, line.tenant, line)
end
write_window()
write_days()
write_ready()
write_counts()
write_wake()
remember(process, call, replies)
return replies
