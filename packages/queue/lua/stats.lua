-- Statistics of a domain, at a cost that does not grow with its tenants.
-- from clock: now, lead_ms
-- from state: paused, history, backlog
-- KEYS: outbox suspects holds ready* counts endings state
-- ARGV: none
-- Output: now ms, lead of the clock over the server's in ms, paused ('' or what), outbox entries, suspects, tenants that are
--         throttled, throttle keys as '<end ms> <key>', rule of its history, backlog of its history, time of the first ending in
-- it ms, gap in it ('' for each that there is not), number of ready
-- tenants of tier 1 2 3 4
--         now, then counts as field, value …
-- Complexity: O(10-second arrival buckets)
local rows = {
  string.format('%.0f', now), lead_ms, paused or '', redis.call('ZCARD', outbox), redis.call('LLEN', suspects),
  redis.call('ZCARD', holds), redis.call('HGET', state, 'throttles') or '', history or '', backlog or '', '', '',
}
if backlog then
  local first = redis.call('XRANGE', endings, '-', '+', 'COUNT', 1)[1]
  rows[10] = first and string.match(first[2][2], '^%l+ (%d+)') or ''
  rows[11] = redis.call('HGET', state, 'gap') or ''
end
for tier = 1, 4 do rows[#rows + 1] = redis.call('ZCARD', ready[tier]) end
for _, cell in ipairs(redis.call('HGETALL', counts)) do rows[#rows + 1] = cell end
return rows
