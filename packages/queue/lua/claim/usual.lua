-- The usual claim as straight code: nothing is ready; or all tenants whose turn comes have default terms, and their next
-- actions are new, cost 1 and have not expired. Same result as a plan. Returns nothing if a plan has to decide.
-- from state: paused
-- from clock: now, clock_text, write_state
-- from throttled: lead_and_throttles
-- from calls: earlier_answer, remember
-- from due: due_in_ms
-- from recorded: recorded
-- from memory: begin_writing
-- from header: SINCE_DIGITS, expiry_of
-- from fields: write_fields
-- from tiers: read_tiers, next_tier, note_service, tier_cells
-- from alike: SLOTS, front_of, take_turn, unusual, lines, ids, sinces, owners
-- from alike_served: leave_queues
-- from wake: want_wake, write_wake
-- KEYS: ready* suspects actions active run depth inflight counts
local BUCKET_END, MOST_BYTES, SMALL_CLAIM = 9, 4194304, 4
local lease = tonumber(ARGV[4])

local s = suspects -- they count for more than all tiers
local waiting = redis.call('EXISTS', s, s, s, s, s, unpack(ready))
if waiting == 0 then
  if earlier_answer(ARGV[1], ARGV[2]) then return nil end
  return {clock_text, due_in_ms(), '0', lead_and_throttles()}
end
if waiting > 4 or SLOTS == 0 or paused or ARGV[12] ~= 'turns' then return nil end

local mode, floor = ARGV[5], tonumber(ARGV[6])
read_tiers()
local tier, once, took = nil, false, nil
repeat
  if waiting > 1 or not tier then tier, once = next_tier(mode, floor, front_of) end -- a tier that is ready alone has every turn
  took = tier and take_turn(tier, once and waiting > 1)
  if took then note_service(tier, 1, ARGV[6 + tier]) end
until took == nil or #ids == SLOTS or unusual
if unusual or #ids == 0 then return nil end
-- Large actions are read by a plan, which stops in time.
if #ids > SMALL_CLAIM and redis.call('HSTRLEN', actions, ids[1]) * #ids > MOST_BYTES then return nil end

local stored = redis.call('HMGET', actions, unpack(ids))
for _, deadline in ipairs(redis.call('ZMSCORE', active, unpack(ids))) do
  if deadline then return nil end
end

local function may_run(text, since, whose)
  local usual = since .. ' 1 0' .. whose -- costs 1, never expires
  if string.sub(text, 1, #usual) == usual then return true end
  local expires, place = string.match(text, '^ 1 (%-?%d+)()', SINCE_DIGITS + 1)
  if not expires or string.sub(text, place, place + #whose - 1) ~= whose then return false end
  return string.sub(text, 1, SINCE_DIGITS) == since and expiry_of(expires, since) > now
end

local deadline, first_run = string.format('%.0f', now + lease), ' 0 0 0 1 @' .. ARGV[1] .. recorded('')
local leases, runs, rows, arrived, bytes = {}, {}, {clock_text, '', '0', lead_and_throttles()}, {}, 0
for at, id in ipairs(ids) do
  local since, text, whose = sinces[at], stored[at], owners[at].whose
  if not text or not may_run(text, since, whose) then return nil end
  bytes = bytes + #text
  leases[2 * at - 1], leases[2 * at] = deadline, id
  runs[2 * at - 1], runs[2 * at] = id, clock_text .. whose .. since .. first_run
  rows[2 * at + 3], rows[2 * at + 4] = id, text
  local bucket = owners[at].tier .. string.sub(since, 1, BUCKET_END)
  arrived[bucket] = (arrived[bucket] or 0) - 1
end
if bytes > MOST_BYTES or earlier_answer(ARGV[1], ARGV[2]) then return nil end

begin_writing()
redis.call('ZADD', active, unpack(leases))
redis.call('HSET', run, unpack(runs))
remember(ARGV[1], ARGV[2], {clock_text, '-', unpack(ids)})
local taken, given, changes, starts, left = {}, {}, {}, {}, waiting
for of_tier, line in pairs(lines) do
  local count, ended, is_over = 0, 0, false
  for _, tenant in ipairs(line.first) do
    local name, met = tenant.name, tenant.met
    count = count + met
    if met > 0 then taken[name], given[name] = (taken[name] or 0) - met, (given[name] or 0) + met end
  end
  if count > 0 then
    starts[of_tier], ended, is_over = leave_queues(of_tier, line)
    changes['w' .. of_tier], changes['a' .. of_tier] = -count, count
    if ended > 0 then changes['t' .. of_tier] = -ended end
    if is_over then left = left - 1 end
  end
end
for bucket, by in pairs(arrived) do changes['b' .. bucket] = by end
write_state(tier_cells(starts))
write_fields(counts, changes)
write_fields(depth, taken)
write_fields(inflight, given)
if left > 0 then want_wake() end
write_wake()
rows[2] = due_in_ms()
return rows
