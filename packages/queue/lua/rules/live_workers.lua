-- The registered workers of the domain whose registration has not expired.
-- from clock: now
-- from many: call_all
-- KEYS: workers facts
local function live_workers(most) -- per worker: process, end of its registration (ms), its facts
  local after, names, rows = '(' .. string.format('%.0f', now), {}, {}
  local found = redis.call('ZRANGE', workers, after, '+inf', 'BYSCORE', 'LIMIT', '0', most, 'WITHSCORES')
  for at = 1, #found, 2 do names[#names + 1] = found[at] end
  for at, text in ipairs(call_all('HMGET', facts, names)) do
    for _, cell in ipairs({names[at], found[2 * at], text or ''}) do rows[#rows + 1] = cell end
  end
  return rows
end
