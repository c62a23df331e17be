-- Dead letters are kept within bounds: the oldest go first, and are counted.
-- include: many counts run ending batch
-- KEYS: dead deaths
local function trim(ids)
  for _, r in pairs(read_runs(ids)) do
    bump_dead(r.tier, r.tenant, -1)
    bump(counts, 'trimmed', 1)
  end
  call_all('ZREM', dead, ids)
  call_all('HDEL', deaths, ids)
  remove(ids)
end

local function trim_dead_letters(before, most)
  trim(due_in(dead, before))
  local surplus = math.min(BATCH, redis.call('ZCARD', dead) - most)
  if surplus > 0 then trim(redis.call('ZRANGE', dead, 0, surplus - 1)) end
end
