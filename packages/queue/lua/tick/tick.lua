-- Handles everything that is due, at most 100 entries of each kind: removes acknowledged outbox entries, lifts holds, returns
-- due actions and expired leases to their queues, hands out overdue outbox entries, drops old dead letters.
-- from clock: now, advance_clock, clock_words, clock, write_clock, lead_ms
-- from header: expiry_in
-- from reclaims: max_stalls, REVOKED_MS, put_in_order, may_reclaim, reclaim
-- from delay: take_delayed
-- from sequences: note_sequence, has_to_join, join_sequence, write_sequences
-- from ending: finish, touch_finish
-- from endings: touch_history, write_endings
-- from codes: EXPIRED, CUT_SHORT, COMPLETE
-- from lease: line_up, held_among, write_leases, uncap_freed
-- from flags: has_flag, PARKED
-- from run: is_suspect, read_runs, write_run
-- from stream: touch_streams
-- from kept: touch_kept
-- from outbox: MAX_BYTES, acknowledge, hand_out
-- from bookings: forget_bookings
-- from batch: due_in
-- from touch: touch_lists
-- from holds: lift, due_lifts
-- from agreement: agree
-- from memory: begin_writing
-- from dead_letters: trim_dead_letters
-- from commit: commit
-- from counts: bump
-- from registration: register
-- KEYS: delayed active revoked actions counts
-- ARGV: lease ms, max stalls, ms until an outbox entry is handed out again, max age of a dead letter ms, max dead letters,
--       settings of the worker as text, number of replies that no inbox took in time,
--       its process, its facts ('' to register nothing), acknowledged callback ids
-- Output: whether more dead letters have to be dropped at once, the server's clock ms, settings of another worker that
-- differ ('' for none),
--         then per outbox entry handed out: callback id, message
-- Complexity: O(log actions) per action moved
local delivery, max_age, max_dead, FIRST_ACK = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), 10
local process, its_facts = ARGV[8], ARGV[9]

local function promote(id, r, stored)
  if not r then return redis.call('ZREM', delayed, id) end
  if expiry_in(stored) <= now then
    take_delayed(id, r.tier, r.tenant)
    return finish(id, r, EXPIRED, stored)
  end
  advance_clock(1)
  r.since = clock_words(clock)
  take_delayed(id, r.tier, r.tenant)
  if not has_to_join(id) then
    return line_up(id, r, is_suspect(r, max_stalls) and 'suspects' or has_flag(r, PARKED) and 'head' or 'tail')
  end
  write_run(id, r)
  join_sequence(id, r)
end

local function read_ripe(ids, runs) -- up to the limit of one call; the rest stays due
  local read, items, ended = 0, {}, {}
  for at, id in ipairs(ids) do
    local stored = redis.call('HGET', actions, id) or ''
    read = read + #stored
    if at > 1 and read > MAX_BYTES then break end
    items[at] = {id = id, stored = stored}
    if expiry_in(stored) <= now then ended[#ended + 1] = items[at] end
    note_sequence(id, runs[id], stored)
  end
  touch_finish(ended)
  return items
end

local function promote_all(items, runs)
  local promoted = {}
  for at, item in ipairs(items) do
    promote(item.id, runs[item.id], item.stored)
    promoted[at] = item.id
  end
  forget_bookings(promoted)
end

local ripe, late, lifted = due_in(delayed, now), due_in(active, now), due_lifts()
local ripe_runs, late_runs, tenants = read_runs(ripe), read_runs(late), {}
for _, runs in ipairs({ripe_runs, late_runs}) do
  for _, r in pairs(runs) do tenants[r.tenant] = true end
end
for _, tenant in ipairs(lifted) do tenants[tenant] = true end
local those_held = held_among(tenants)
touch_lists(tenants)
touch_kept(late)
touch_streams(late_runs)
touch_streams(ripe_runs)
local ripe_items = read_ripe(ripe, ripe_runs)
for _, id in ipairs(late) do note_sequence(id, late_runs[id], nil) end
touch_history()
begin_writing()
acknowledge({unpack(ARGV, FIRST_ACK)})
if ARGV[7] ~= '0' then bump(counts, 'lost', tonumber(ARGV[7])) end
promote_all(ripe_items, ripe_runs)
lift(lifted)
if may_reclaim() then
  put_in_order(late, late_runs)
  for at = #late, 1, -1 do reclaim(late[at], late_runs[late[at]]) end
end
write_endings()
write_leases()
uncap_freed(those_held)
write_sequences()
local more = trim_dead_letters(now - max_age, max_dead)
redis.call('ZREMRANGEBYSCORE', revoked, '-inf', now - REVOKED_MS)
if its_facts ~= '' then register(process, its_facts) end
write_clock()
local rows = {more and CUT_SHORT or COMPLETE, string.format('%.0f', now - lead_ms), agree(ARGV[6]), unpack(hand_out(now + delivery))}
commit()
return rows
