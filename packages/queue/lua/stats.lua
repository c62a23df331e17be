-- Figures of a domain, at a cost that does not grow with its tenants.
-- KEYS: state counts arrivals* outbox suspects ready*
-- include: clock
-- ARGV: none
-- Output: now ms, paused ('' or what), outbox entries, suspects, then per tier the 10-second bucket of the
--         oldest waiting action ('' for none) and how many tenants may be served now, then counts as field, value …
-- Complexity: O(10-second arrival buckets)
local BUCKET_MS = 10000
local function oldest(tier)
  local least
  for _, bucket in ipairs(redis.call('HKEYS', arrivals[tier])) do
    if not least or tonumber(bucket) < least then least = tonumber(bucket) end
  end
  return least and string.format('%.0f', least * BUCKET_MS) or ''
end

local rows = {
  string.format('%.0f', now), redis.call('HGET', state, 'paused') or '', redis.call('ZCARD', outbox), redis.call('LLEN', suspects),
}
for tier = 1, 4 do
  rows[#rows + 1] = oldest(tier)
  rows[#rows + 1] = redis.call('ZCARD', ready[tier])
end
for _, cell in ipairs(redis.call('HGETALL', counts)) do rows[#rows + 1] = cell end
return rows
