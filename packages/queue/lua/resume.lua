-- Gives a handler that only waited its slot again, with the answers that have come. If its tenant is at its cap meanwhile, the
-- action returns to the head of its queue, and runs again from its journal.
-- from flags: has_flag, has_mark, set_flag, WAITS, ANSWERED, HAS_JOURNAL
-- from run: parse_run, write_run, is_suspect
-- from profile: parse_profile
-- from codes: NOT_OURS, RESUMED, REQUEUED
-- from touch: touch, touch_lists
-- from lease: line_up, end_lease, write_leases
-- from memory: begin_writing
-- from slot_time: charge_anew
-- from clock: write_clock
-- from counts: bump
-- from commit: commit
-- KEYS: run journal profiles inflight awaiting
-- ARGV: action id, token, max stalls, turns | time, names it waits for
-- Output: code of a journal, then per name its answer ('' if there is none)
-- Complexity: O(log tenants), O(1) per name
local id, names = ARGV[1], {}
local r = parse_run(redis.call('HGET', run, id))
if not r or r.token ~= ARGV[2] then return {NOT_OURS} end
touch({journal .. id})
for at = 5, #ARGV do names[#names + 1] = '=' .. ARGV[at] end
local answers = #names > 0 and has_flag(r, HAS_JOURNAL) and redis.call('HMGET', journal .. id, unpack(names)) or {}
for at = 1, #names do answers[at] = answers[at] or '' end
if not has_flag(r, WAITS) then return {RESUMED, unpack(answers)} end

local _, cap = parse_profile(redis.call('HGET', profiles, r.tenant))
local is_capped = not has_mark(r) and tonumber(redis.call('HGET', inflight, r.tenant) or '0') >= cap -- a cancelled one is not queued
if is_capped then touch_lists({[r.tenant] = true}) end
begin_writing()
if is_capped then
  end_lease(id, r.tier, r.tenant, true)
  line_up(id, r, is_suspect(r, tonumber(ARGV[3])) and 'suspects' or 'head')
else
  bump(inflight, r.tenant, 1)
  bump(awaiting, r.tenant, -1)
  if ARGV[4] == 'time' then charge_anew(r) end
  set_flag(r, WAITS, false)
  set_flag(r, ANSWERED, false)
  write_run(id, r)
end
write_leases()
write_clock()
commit()
return {is_capped and REQUEUED or RESUMED, unpack(answers)}
