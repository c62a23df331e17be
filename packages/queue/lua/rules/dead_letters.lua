-- Bounds on dead letters: the oldest are dropped, and counted. Every script that adds one also trims, so that no script
-- exceeds the bound.
-- from run: read_runs
-- from counts: bump_dead, bump
-- from many: call_all
-- from ending: remove, buried
-- from belongings: drop_journal
-- from batch: BATCH, due_in
-- KEYS: counts dead deaths
local function drop_letters(ids)
  for id, r in pairs(read_runs(ids)) do
    drop_journal(id, r)
    bump_dead(r.tier, r.tenant, -1)
    bump(counts, 'trimmed', 1)
  end
  call_all('ZREM', dead, ids)
  call_all('HDEL', deaths, ids)
  remove(ids)
end

local function trim_surplus(most) -- twice the number added, so that a lowered bound is reached as well
  local surplus = redis.call('ZCARD', dead) - most
  local count = math.min(surplus, math.max(BATCH, 2 * buried))
  if count > 0 then drop_letters(redis.call('ZRANGE', dead, 0, count - 1)) end
  return surplus > count
end

local function trim_dead_letters(before, most) -- returns true if more have to be dropped
  local old = due_in(dead, before)
  drop_letters(old)
  return trim_surplus(most) or #old == BATCH
end
