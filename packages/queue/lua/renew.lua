-- Moves the deadlines of actions still held under their token, even past the deadline; the token stays.
-- include: clock memory run
-- KEYS: active
-- ARGV: lease ms, items × (id, token)
-- Output: per item 1 renewed, 0 lost
-- Complexity: O(log active) per item
local lease, held_ids, results = tonumber(ARGV[1]), {}, {}

for at = 2, #ARGV, 2 do
  local r = read_run(ARGV[at])
  local holds = r and r.token == ARGV[at + 1]
  if holds then held_ids[#held_ids + 1] = ARGV[at] end
  results[#results + 1] = holds and 1 or 0
end
if #held_ids > 0 then
  begin_writing()
  write_clock()
end
for _, id in ipairs(held_ids) do redis.call('ZADD', active, 'XX', now + lease, id) end
return results
