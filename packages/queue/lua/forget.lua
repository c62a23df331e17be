-- Forgets a tenant that has no actions: elements of cancelled ones in its queues, its tags, holds, limits and profile.
-- from codes: CHANGED, UNCHANGED
-- from clock: now
-- from touch: touch_lists, touch
-- from memory: begin_writing
-- from ready: note_queue
-- from holds: lift
-- from commit: commit
-- KEYS: depth inflight awaiting letters queue* parked* held profiles paces minute day
-- ARGV: tenant
-- Output: unchanged if it has actions
-- changed
-- Complexity: O(elements in its queues)
local tenant, DAY_MS = ARGV[1], 86400000
for _, counts_of in ipairs({depth, inflight, awaiting, letters}) do
  if redis.call('HEXISTS', counts_of, tenant) == 1 then return UNCHANGED end
end

local log, days, today = minute .. tenant, {}, math.floor(now / DAY_MS)
for date = today - 1, today + 1 do days[#days + 1] = day .. date end
touch_lists({[tenant] = true})
touch({log, unpack(days)})

begin_writing()
for tier = 1, 4 do
  if redis.call('UNLINK', queue[tier] .. tenant) == 1 then note_queue(tier, tenant, false) end
end
lift({tenant})
for _, key in ipairs({held, profiles, paces, unpack(days)}) do redis.call('HDEL', key, tenant) end
redis.call('UNLINK', log)
commit()
for tier = 1, 4 do redis.call('ZREM', parked[tier], tenant) end
return CHANGED
