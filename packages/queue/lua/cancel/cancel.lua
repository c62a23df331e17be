-- Cancels actions. One that has not started ends here: its element stays in the queue until a claim meets it, its future
-- slot is freed. One that runs is marked, and its worker receives a word: it ends as cancelled once its handler has stopped.
-- from calls: earlier_answer, words_of, remember
-- from kept: kept_of
-- from codes: UNKNOWN, CANCELLING, DEAD, CANCELLED
-- from header: parse_header
-- from flags: mark_cancelled
-- from run: read_run, new_run, write_run
-- from words: words_key, send_word
-- from child_actions: children_key, cancel_children
-- from touch: touch
-- from bookings: booking_of, give_slot_back, forget_bookings
-- from delay: take_delayed
-- from counts: bump_waiting
-- from ending: finish, touch_finish
-- from endings: write_endings
-- from sequences: note_sequence, write_sequences
-- from memory: begin_writing
-- from many: names_in
-- from stream: touch_streams
-- from clock: write_clock
-- from day: write_days
-- from commit: commit
-- KEYS: actions active dead
-- ARGV: process, call, tenant of the actions or '' for any, action ids
-- Output: per id: cancelled
-- cancelling: it runs
-- unknown
-- dead
-- its earlier ending
-- Complexity: O(log actions) per id, and O(future bookings) of its tenant if it had one
local process, call, owner, ids = ARGV[1], ARGV[2], ARGV[3], {unpack(ARGV, 4)}
local results, found, runs, ending, running = {}, {}, {}, {}, {}
local answer = earlier_answer(process, call)
if answer then return words_of(answer) end

local function is_foreign(tenant)
  return owner ~= '' and tenant ~= owner
end

local function look(id)
  local stored = redis.call('HGET', actions, id)
  if not stored then
    local ended, tenant = kept_of(id)
    return not is_foreign(tenant) and ended or UNKNOWN
  end
  local header = parse_header(stored)
  if is_foreign(header.tenant) then return UNKNOWN end
  if redis.call('ZSCORE', dead, id) then return DEAD end
  local is_running = redis.call('ZSCORE', active, id)
  if not found[id] then
    local r, among = read_run(id) or new_run(header), is_running and running or ending
    found[id] = {id = id, run = r, stored = stored, booking = not is_running and booking_of(id, r.tenant)}
    among[#among + 1], runs[id] = found[id], r
    note_sequence(id, r, stored)
    touch(is_running and {children_key(id), words_key(r)} or {children_key(id)})
  end
  return is_running and CANCELLING or CANCELLED
end

local function cancel(item)
  local id, r = item.id, item.run
  if not take_delayed(id, r.tier, r.tenant) then bump_waiting(r.tier, r.tenant, r.since, -1) end
  if item.booking then give_slot_back(item.booking) end
  finish(id, r, CANCELLED, item.stored)
  cancel_children(id, r)
end

local function stop(item)
  local id, r = item.id, item.run
  mark_cancelled(r)
  write_run(id, r)
  send_word(r, 'cancel', id, r.token, r.tenant)
  cancel_children(id, r)
end

for at, id in ipairs(ids) do results[at] = look(id) end
if #ending + #running == 0 then return results end

touch_finish(ending)
touch_streams(runs)
begin_writing()
for _, item in ipairs(ending) do cancel(item) end
for _, item in ipairs(running) do stop(item) end
write_endings()
write_sequences()
forget_bookings(names_in(found)) -- one that runs has none
write_clock()
write_days()
commit()
remember(process, call, results)
return results
