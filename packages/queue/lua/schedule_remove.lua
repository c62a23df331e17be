-- Removes a schedule.
-- from calls: earlier_answer, remember
-- from scheduled: read_schedule, drop_schedule
-- from memory: begin_writing
-- ARGV: process, call, tenant, name
-- Output: 1 if there was one, or 0
-- Complexity: O(log schedules)
local process, call, tenant, name = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local answer = earlier_answer(process, call)
if answer then return tonumber(answer) end
local found = read_schedule(tenant, name) and 1 or 0

begin_writing()
drop_schedule(tenant, name)
remember(process, call, {found})
return found
