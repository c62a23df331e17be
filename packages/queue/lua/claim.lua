-- Hands out the next actions by tier and fair share: a plan made of reads, then its writes.
-- KEYS: calls
-- include: memory calls plan ending due
-- ARGV: process, call, slots, lease ms, strict | weighted, floor, weight of tier 1 2 3 4, 1 to accept a suspect
-- Output: clock µs, ms until something is due ('' for never), then per action: id, run, suspect, stored
-- Complexity: O(log tenants) per action
local process, call, slots, lease = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])

local function reply(items)
  local rows = {clock_text, due_in_ms()}
  for _, item in ipairs(items) do
    for _, cell in ipairs({item.id, run_text(item.run), item.suspect and '1' or '0', item.stored}) do
      rows[#rows + 1] = cell
    end
  end
  return rows
end

local function replayed(earlier) -- what that call claimed, as far as it still holds the lease
  local items, token = {}, string.match(earlier, '^%d+')
  for suspect, id in string.gmatch(earlier, ' ([01])(%S+)') do
    local r = read_run(id)
    if r and r.token == token then
      items[#items + 1] = {id = id, run = r, suspect = suspect == '1', stored = redis.call('HGET', actions, id)}
    end
  end
  return items
end

local earlier = earlier_answer(process, call)
if earlier then return reply(replayed(earlier)) end
if redis.call('HEXISTS', state, 'paused') == 0 then
  plan(slots, ARGV[5], tonumber(ARGV[6]), {ARGV[7], ARGV[8], ARGV[9], ARGV[10]}, ARGV[11] == '1')
end

local function lease_out() -- into `active` before out of the queue: an abort could repeat, never lose
  local names = {clock_text}
  for _, item in ipairs(picked) do
    item.run.token = clock_text
    redis.call('ZADD', active, now + lease, item.id)
    write_run(item.id, item.run)
    bump_waiting(item.run.tier, item.run.tenant, item.run.since, -1)
    bump(inflight, item.run.tenant, 1)
    bump(counts, 'a' .. item.run.tier, 1)
    names[#names + 1] = (item.suspect and '1' or '0') .. item.id
  end
  if #picked > 0 then remember(process, call, table.concat(names, ' ')) end
end

local function move_tags()
  for tier = 1, 4 do
    local tags = {}
    for tenant, tag in pairs(new_tags[tier]) do
      tags[#tags + 1] = string.format('%.17g', tag)
      tags[#tags + 1] = tenant
    end
    if #tags > 0 then
      local virtual = string.format('%.17g', starts[tier])
      redis.call('ZADD', ready[tier], 'XX', unpack(tags))
      redis.call('HSET', state, 'v' .. tier, virtual)
      local passed_by = redis.call('ZRANGE', parked[tier], '-inf', virtual, 'BYSCORE', 'LIMIT', 0, #tags)
      if #passed_by > 0 then redis.call('ZREM', parked[tier], unpack(passed_by)) end
    end
  end
end

local function shorten_queues()
  for name, head in pairs(heads) do
    redis.call('LTRIM', name, head.met, -1)
    if head.met > 0 and redis.call('EXISTS', name) == 0 then
      bump(counts, 't' .. head.tier, -1)
      place(head.tier, head.tenant)
    end
  end
  for _, element in ipairs(met_suspects) do redis.call('LREM', suspects, 1, element) end
  for tenant in pairs(capped) do hold(tenant, 'c', true) end
end

if #picked + #met_suspects > 0 or next(heads) or next(capped) then
  begin_writing()
  write_clock()
  lease_out()
  move_tags()
  shorten_queues()
  for _, item in ipairs(expired) do
    bump_waiting(item.run.tier, item.run.tenant, item.run.since, -1)
    finish(item.id, item.run, 'expired', item.stored)
  end
  write_tiers()
  write_counts()
end
wake_wanted = wake_wanted or redis.call('EXISTS', unpack(ready)) > 0
  or (#picked > 0 and picked[1].suspect and redis.call('EXISTS', suspects) == 1)
if wake_wanted then begin_writing() end
write_wake()
return reply(picked)
