-- Reads dead letters, oldest first, starting after the given one.
-- from clock: now
-- KEYS: dead actions run deaths
-- ARGV: after: died at ms, after: id ('' for the beginning), maximum count
-- Output: now ms, then per letter: id, died at ms, run, stored, note
-- Complexity: O(log dead + letters)
local MAX_BYTES, rows, bytes = 4194304, {string.format('%.0f', now)}, 0
local rank = redis.call('ZRANK', dead, ARGV[2])
local first = rank and rank + 1 or redis.call('ZCOUNT', dead, '-inf', '(' .. ARGV[1])
local found = redis.call('ZRANGE', dead, first, first + ARGV[3] - 1, 'WITHSCORES')
for at = 1, #found, 2 do
  local id = found[at]
  local stored, attempts = redis.call('HGET', actions, id) or '', redis.call('HGET', run, id) or ''
  if bytes > 0 and bytes + #stored > MAX_BYTES then break end
  bytes = bytes + #stored
  for _, cell in ipairs({id, found[at + 1], attempts, stored, redis.call('HGET', deaths, id) or ''}) do
    rows[#rows + 1] = cell
  end
end
return rows
