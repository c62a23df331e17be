-- Renews the leases of actions that are still held under their token, even past the deadline. The token stays.
-- from clock: now, write_clock
-- from many: call_all
-- from flags: is_marked, has_flag, ANSWERED
-- from run: parse_run
-- from codes: HELD, NOT_HELD, HELD_MARKED, HELD_ANSWERED
-- from memory: begin_writing
-- from slot_time: charge_further, weigh_corrections, write_corrections
-- KEYS: active run
-- ARGV: lease ms, turns | time, items × (id, token)
-- Output: per item whether its lease was held and has been renewed, and whether it was cancelled, or an answer it waits for has come
-- Complexity: O(log active) per item
local FIRST_ITEM, ITEM_SIZE, BY_TIME = 3, 2, ARGV[2] == 'time'
local deadline, ids, cells, results, charged = string.format('%.0f', now + ARGV[1]), {}, {}, {}, {}

for at = FIRST_ITEM, #ARGV, ITEM_SIZE do ids[#ids + 1] = ARGV[at] end
for at, text in ipairs(call_all('HMGET', run, ids)) do
  local id, r = ids[at], parse_run(text)
  local holds = r and r.token == ARGV[FIRST_ITEM + 1 + (at - 1) * ITEM_SIZE]
  if holds then cells[#cells + 1], cells[#cells + 2] = deadline, id end
  local more = holds and BY_TIME and charge_further(text)
  if more then charged[#charged + 1], charged[#charged + 2] = id, more end
  results[at] = not holds and NOT_HELD or is_marked(text) and HELD_MARKED or has_flag(r, ANSWERED) and HELD_ANSWERED or HELD
end
if #cells > 0 then
  begin_writing()
  write_clock()
  redis.call('ZADD', active, 'XX', unpack(cells))
  call_all('HSET', run, charged)
  weigh_corrections()
  write_corrections()
end
return results
