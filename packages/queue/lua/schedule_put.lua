-- Stores a schedule, or replaces that of its tenant with its name. One with the same times keeps its slot, so that a service may
-- store its schedules whenever it starts.
-- from calls: earlier_answer, words_of, remember
-- from clock: clock_text
-- from scheduled: read_schedule, write_schedule, write_next_slot
-- from codes: SCHEDULED, TENANT_FULL, DOMAIN_FULL
-- KEYS: slots schedules
-- ARGV: process, call, tenant, name, first slot ms, times as JSON in one line, the rest in one line, maximum per tenant,
--       maximum per domain
-- Output: code of a storing, its slot ms
-- Complexity: O(log schedules)
local process, call, tenant, name = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local answer = earlier_answer(process, call)
if answer then return words_of(answer) end

local times, rest = ARGV[6], ARGV[6] .. '\n' .. ARGV[7]
local s = read_schedule(tenant, name)
if not s then
  if redis.call('HLEN', schedules .. tenant) >= tonumber(ARGV[8]) then return {TENANT_FULL, '0'} end
  if redis.call('ZCARD', slots) >= tonumber(ARGV[9]) then return {DOMAIN_FULL, '0'} end
end

local keeps = s and string.match(s.rest, '^[^\n]*') == times
if keeps then s.rest = rest else s = {slot = ARGV[5], first = '0', open = '0', revision = clock_text, rest = rest} end
write_schedule(tenant, name, s) -- the first write is one that Redis refuses at maxmemory
if not keeps then
  redis.call('ZADD', slots, s.slot, tenant .. ' ' .. name)
  write_next_slot()
end
remember(process, call, {SCHEDULED, s.slot})
return {SCHEDULED, s.slot}
