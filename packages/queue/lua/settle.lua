-- Ends attempts, each fenced by its token: done, retried later, dead, or given back.
-- include: many clock memory ready delay header run lease ending
-- KEYS: revoked
-- ARGV: max stalls, ms until another worker delivers the callback,
--       items × (id, token, done | retry | dead | release, delay ms, note, retain ms, callback or '')
-- Output: per item 0 settled, 1 already settled, 2 lost to another worker
-- Complexity: O(log tenants) per item
local max_stalls, delivery, ITEM_SIZE = tonumber(ARGV[1]), tonumber(ARGV[2]), 7
local SETTLED, ALREADY, LOST = 0, 1, 2
local ids, settled, gone, returned, tenants, releasing, results = {}, {}, {}, {}, {}, {}, {}

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
  keep(item.id, item.retain, 'done', item.note)
  gone[#gone + 1] = item.id
end

function verbs.retry(item, r)
  add_delayed(item.id, r.tier, r.tenant, now + item.delay)
  r.failures, r.token = r.failures + 1, '0'
  write_run(item.id, r)
end

function verbs.dead(item, r)
  if item.callback ~= '' then send(item.id, r, item.callback, now + delivery) end
  keep(item.id, item.retain, 'dead', item.note)
  bury(item.id, r, item.note)
end

function verbs.release(item, r)
  local suspect = is_suspect(r, max_stalls)
  line_up(item.id, r, suspect and 'suspects' or 'head')
  if not suspect then returned[#returned + 1] = r end -- a suspect's turn was not charged
end

for at = 3, #ARGV, ITEM_SIZE do ids[#ids + 1] = ARGV[at] end
local runs = read_runs(ids)

local function item_at(at)
  return {
    id = ARGV[at], token = ARGV[at + 1], outcome = ARGV[at + 2], delay = tonumber(ARGV[at + 3]),
    note = ARGV[at + 4], retain = tonumber(ARGV[at + 5]), callback = ARGV[at + 6],
  }
end

local function take(item, r)
  settled[#settled + 1], item.run = item, r
  runs[item.id], tenants[r.tenant] = nil, true
  if item.outcome == 'release' then releasing[r.tenant] = true end
  return SETTLED
end

local function refuse(item)
  return redis.call('ZSCORE', revoked, item.id .. ':' .. item.token) and LOST or ALREADY
end

for at = 3, #ARGV, ITEM_SIZE do
  local item = item_at(at)
  local r = runs[item.id]
  local holds = r and r.token == item.token
  results[#results + 1] = holds and take(item, r) or refuse(item)
end
if #settled == 0 then return results end

local those_held = held_among(tenants)
touch_lists(those_held)
touch_lists(releasing)
begin_writing()
write_clock()
for _, item in ipairs(settled) do
  verbs[item.outcome](item, item.run)
  end_lease(item.id, item.run)
end
remove(gone)
write_leases()
uncap_freed(those_held)
write_ready()
for _, r in ipairs(returned) do give_back(r) end
write_counts()
write_wake()
return results
