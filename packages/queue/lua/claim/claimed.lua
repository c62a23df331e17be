-- The reply of a claim. A repeated claim returns the actions whose lease it still holds.
-- from clock: clock_text
-- from throttled: lead_and_throttles
-- from due: due_in_ms
-- from calls: words_of
-- from run: parse_run
-- from memory: begin_writing
-- KEYS: run actions active
local function reply(items) -- without a run for an action that runs for the first time
  local suspect = items[1] and items[1].suspect
  local rows, at = {clock_text, due_in_ms(), suspect and '1' or '0', lead_and_throttles()}, 5
  for _, item in ipairs(items) do
    rows[at], rows[at + 1], at = item.run and item.id .. ' ' .. item.run or item.id, item.stored, at + 2
  end
  return rows
end

local function replayed(earlier, deadline) -- actions of that call whose lease is still held; renews those leases
  local items, words, cells = {}, words_of(earlier), {}
  for at = 3, #words do
    local id = words[at]
    local text = redis.call('HGET', run, id)
    local r = parse_run(text)
    if r and r.token == words[1] then
      items[#items + 1] = {id = id, run = text, suspect = words[2] == id, stored = redis.call('HGET', actions, id) or ''}
      cells[#cells + 1], cells[#cells + 2] = deadline, id
    end
  end
  begin_writing()
  if #cells > 0 then redis.call('ZADD', active, 'XX', unpack(cells)) end
  return items
end
