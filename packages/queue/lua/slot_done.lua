-- Moves a schedule on: its slot has been sent, or is missed, or is tried again later. Does nothing if another worker has moved
-- it on, or it was replaced.
-- from scheduled: read_schedule, write_schedule, write_next_slot, drop_schedule
-- from memory: begin_writing
-- KEYS: slots
-- ARGV: tenant, name, slot ms, its revision, next slot ms ('' for none; the same slot to try it again), when it is due ms
-- Output: 1 if it took effect, or 0
-- Complexity: O(log schedules)
local tenant, name, next_ms = ARGV[1], ARGV[2], ARGV[5]
local s = read_schedule(tenant, name)
if not s or s.slot ~= ARGV[3] or s.revision ~= ARGV[4] then return 0 end

begin_writing()
if next_ms == '' then
  drop_schedule(tenant, name)
  return 1
end
if next_ms ~= s.slot then s.first = '0' end
s.slot, s.open = next_ms, '0'
write_schedule(tenant, name, s)
redis.call('ZADD', slots, ARGV[6], tenant .. ' ' .. name)
write_next_slot()
return 1
