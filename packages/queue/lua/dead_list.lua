-- Reads dead letters, oldest first.
-- include: clock run
-- KEYS: dead deaths actions
-- ARGV: died after ms (exclusive), how many
-- Output: per letter: id, died at ms, run, stored, note
-- Complexity: O(log dead + letters)
local MAX_BYTES, rows, bytes = 4194304, {}, 0
local found = redis.call('ZRANGE', dead, '(' .. ARGV[1], '+inf', 'BYSCORE', 'LIMIT', 0, ARGV[2], 'WITHSCORES')
for at = 1, #found, 2 do
  local id = found[at]
  local stored = redis.call('HGET', actions, id)
  if bytes > 0 and bytes + #stored > MAX_BYTES then break end
  bytes = bytes + #stored
  for _, cell in ipairs({id, found[at + 1], redis.call('HGET', run, id), stored, redis.call('HGET', deaths, id)}) do
    rows[#rows + 1] = cell
  end
end
return rows
