-- Writes entries of the journal of a running action, under its lease. A handler that only waits gives up its slot: it counts
-- neither for the cap of its tenant nor, by time, for its share, until it resumes.
-- from flags: has_flag, set_flag, WAITS
-- from run: parse_run, write_run
-- from journal: adds_name, exceeded_by, is_written, adopt, write_field, size_of
-- from codes: NOT_OURS, WRITTEN, WAITING_NOW, ANSWERED_ALREADY, FULL_JOURNAL
-- from touch: touch, touch_lists
-- from lease: free_slot, held_among, uncap_freed
-- from memory: begin_writing
-- from slot_time: end_charge, weigh_corrections, write_corrections, write_paces
-- from clock: write_clock
-- from counts: bump
-- from commit: commit
-- KEYS: run journal awaiting
-- ARGV: action id, token, turns | time, number of names it waits for (0 to go on), names, then entries × (field, text)
-- Output: code of a journal; for a full one, the names and the bytes that it would have
-- Complexity: O(log tenants), O(1) per entry
local id, token, by_time, awaited = ARGV[1], ARGV[2], ARGV[3] == 'time', tonumber(ARGV[4])
local text = redis.call('HGET', run, id)
local r = parse_run(text)
if not r or r.token ~= token then return {NOT_OURS} end
touch({journal .. id})

local entries, answered, more = {}, false, {names = 0, bytes = 0}
for at = 5 + awaited, #ARGV, 2 do
  local field = ARGV[at]
  if not is_written(id, field) then
    local bound = exceeded_by(id, field, ARGV[at + 1], more)
    if adds_name(id, field, more) then more.names = more.names + 1 end
    more.bytes = more.bytes + #field + #ARGV[at + 1]
    if bound then return {FULL_JOURNAL, size_of(id).names + more.names, size_of(id).bytes + more.bytes} end
    entries[#entries + 1], more[field] = at, true
  end
end
for at = 5, 4 + awaited do answered = answered or is_written(id, '=' .. ARGV[at]) end

local those_held = {}
local waits = awaited > 0 and not answered
local begins = waits and not has_flag(r, WAITS)
if begins then
  those_held = held_among({[r.tenant] = true})
  touch_lists(those_held)
end
begin_writing()
adopt(id, r)
for _, at in ipairs(entries) do write_field(id, ARGV[at], ARGV[at + 1]) end
if begins and by_time then
  end_charge(text)
  r.charged = ''
end
if begins then
  set_flag(r, WAITS, true)
  free_slot(r.tenant)
  bump(awaiting, r.tenant, 1)
  uncap_freed(those_held)
end
write_run(id, r)
write_clock()
weigh_corrections()
write_paces()
commit()
write_corrections()
return {answered and ANSWERED_ALREADY or waits and WAITING_NOW or WRITTEN}
