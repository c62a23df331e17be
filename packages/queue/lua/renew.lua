-- Moves the deadlines of actions still held under their token, even past the deadline; the token stays.
-- from clock: now, write_clock
-- from run: read_runs
-- from codes: HELD, NOT_HELD
-- from memory: begin_writing
-- KEYS: active
-- ARGV: lease ms, items × (id, token)
-- Output: per item whether its lease was held, and so renewed
-- Complexity: O(log active) per item
local deadline, ids, cells, results = string.format('%.0f', now + ARGV[1]), {}, {}, {}

for at = 2, #ARGV, 2 do ids[#ids + 1] = ARGV[at] end
local runs = read_runs(ids)
for at, id in ipairs(ids) do
  local holds = runs[id] and runs[id].token == ARGV[2 * at + 1]
  if holds then cells[#cells + 1], cells[#cells + 2] = deadline, id end
  results[at] = holds and HELD or NOT_HELD
end
if #cells > 0 then
  begin_writing()
  write_clock()
  redis.call('ZADD', active, 'XX', unpack(cells))
end
return results
