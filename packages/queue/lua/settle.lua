-- Ends attempts, each fenced by its token: done, retried later, dead, or given back.
-- include: clock memory ready delay header run lease ending
-- KEYS: revoked
-- ARGV: max stalls, ms until another worker delivers the callback,
--       items × (id, token, done | retry | dead | release, delay ms, note, retain ms, callback or '')
-- Output: per item 0 settled, 1 already settled, 2 lost to another worker
-- Complexity: O(log tenants) per item
local max_stalls, delivery, ITEM_SIZE = tonumber(ARGV[1]), tonumber(ARGV[2]), 7
local SETTLED, ALREADY, LOST = 0, 1, 2
local settled, results = {}, {}

local function keep(item) -- how it ended, for whoever asks within its retention
  if item.retain > 0 then redis.call('SET', kept .. item.id, item.outcome .. '\n' .. item.note, 'PX', item.retain) end
end

local function give_back(r) -- the cost, never below V
  local weight = string.match(redis.call('HGET', profiles, r.tenant) or '1 -1', '^%S+')
  for _, index in ipairs({ready[r.tier], parked[r.tier]}) do
    local tag = tonumber(redis.call('ZSCORE', index, r.tenant))
    if tag then
      local back = math.max(virtual_time(r.tier), tag - r.cost / weight)
      redis.call('ZADD', index, string.format('%.17g', math.min(back, tag)), r.tenant)
    end
  end
end

local verbs = {}

function verbs.done(item, r)
  if item.callback ~= '' then send(item.id, r, item.callback, now + delivery) end
  keep(item)
  remove(item.id)
  end_lease(item.id, r)
end

function verbs.retry(item, r)
  add_delayed(item.id, r.tier, r.tenant, now + item.delay)
  r.failures, r.token = r.failures + 1, '0'
  write_run(item.id, r)
  end_lease(item.id, r)
end

function verbs.dead(item, r)
  if item.callback ~= '' then send(item.id, r, item.callback, now + delivery) end
  keep(item)
  bury(item.id, r, item.note)
  end_lease(item.id, r)
end

function verbs.release(item, r)
  back_to_head(item.id, r, r.stalls >= max_stalls)
  give_back(r)
  end_lease(item.id, r)
end

for at = 3, #ARGV, ITEM_SIZE do
  local item = {
    id = ARGV[at], token = ARGV[at + 1], outcome = ARGV[at + 2], delay = tonumber(ARGV[at + 3]),
    note = ARGV[at + 4], retain = tonumber(ARGV[at + 5]), callback = ARGV[at + 6],
  }
  local r = read_run(item.id)
  if r and r.token == item.token then
    touch_lists(r.tenant)
    settled[#settled + 1] = item
  end
  local lost = redis.call('ZSCORE', revoked, item.id .. ':' .. item.token)
  results[#results + 1] = r and r.token == item.token and SETTLED or lost and LOST or ALREADY
end
if #settled == 0 then return results end

begin_writing()
write_clock()
for _, item in ipairs(settled) do
  local r = read_run(item.id)
  if r and r.token == item.token then verbs[item.outcome](item, r) end
end
uncap_freed()
write_counts()
write_wake()
return results
