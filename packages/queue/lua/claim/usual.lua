-- The usual claim as straight code: nothing is ready; or only tenants of one tier are, on default terms, and their next
-- actions are new, cost 1 and have not expired. Same result as a plan. Returns nothing if a plan has to decide.
-- from state: paused, turns
-- from clock: now, clock_text, lead_ms, write_state
-- from calls: earlier_answer, remember
-- from due: due_in_ms
-- from memory: begin_writing
-- from tag: tag_words
-- from header: SINCE_DIGITS, expiry_of
-- from fields: write_fields
-- from alike: take_turns
-- from alike_served: leave_queues
-- KEYS: ready* suspects actions active run depth inflight counts
local NO_TURNS, BUCKET_END, MOST_BYTES = '0 0 0 0 0 0 0 0 0 0', 9, 4194304
local slots, lease = tonumber(ARGV[3]), tonumber(ARGV[4])

local waiting = redis.call('EXISTS', suspects, unpack(ready))
if waiting == 0 then
  if earlier_answer(ARGV[1], ARGV[2]) then return nil end
  return {clock_text, due_in_ms(), '0', lead_ms}
end
if waiting > 1 or slots == 0 or paused or ARGV[12] ~= 'turns' then return nil end

local tier, served = 0, nil
while tier < 4 and not served do
  tier = tier + 1
  served = take_turns(tier, slots)
end
if not served then return nil end

local owners, sinces, ids = served.owners, served.sinces, served.ids
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

local deadline, leases, runs, rows, arrived, bytes = string.format('%.0f', now + lease), {}, {}, {clock_text, '', '0', lead_ms}, {}, 0
for at, id in ipairs(ids) do
  local since, text, whose = sinces[at], stored[at], owners[at].whose
  if not text or not may_run(text, since, whose) then return nil end
  bytes = bytes + #text
  leases[2 * at - 1], leases[2 * at] = deadline, id
  runs[2 * at - 1], runs[2 * at] = id, clock_text .. whose .. since .. ' 0 0 0 1'
  rows[2 * at + 3], rows[2 * at + 4] = id, text
  local bucket = string.sub(since, 1, BUCKET_END)
  arrived[bucket] = (arrived[bucket] or 0) - 1
end
if bytes > MOST_BYTES or earlier_answer(ARGV[1], ARGV[2]) then return nil end

local taken, given = {}, {}
for _, tenant in ipairs(served.tenants) do
  if tenant.met > 0 then taken[tenant.name], given[tenant.name] = -tenant.met, tenant.met end
end

local words, weight = {}, ARGV[6 + tier]
for word in string.gmatch(turns or NO_TURNS, '%S+') do words[#words + 1] = word end
local start, finish = nil, math.max(words[2 * tier + 2], words[2])
for _ = 1, #ids do start, finish = finish, finish + 1 / weight end -- rounded as in single turns
words[1] = tag_words(words[1] + #ids)
words[2], words[2 * tier + 1], words[2 * tier + 2] = tag_words(start), words[1], tag_words(finish)

begin_writing()
redis.call('ZADD', active, unpack(leases))
redis.call('HSET', run, unpack(runs))
remember(ARGV[1], ARGV[2], {clock_text, '-', unpack(ids)})
local virtual, ended = leave_queues(tier, served)
write_state({'turns', table.concat(words, ' '), 'v' .. tier, tag_words(virtual)})
local changes = {['w' .. tier] = -#ids, ['a' .. tier] = #ids}
for bucket, by in pairs(arrived) do changes['b' .. tier .. bucket] = by end
if ended > 0 then changes['t' .. tier] = -ended end
write_fields(counts, changes)
write_fields(depth, taken)
write_fields(inflight, given)
rows[2] = due_in_ms()
return rows
