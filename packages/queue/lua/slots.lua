-- Hands out the slots that are due, each to one worker at a time until a worker says what became of it.
-- from scheduled: server_ms, read_schedule, write_schedule, write_next_slot, drop_schedule
-- from batch: due_in
-- from touch: touch
-- from memory: begin_writing
-- KEYS: slots schedules next_slot
-- ARGV: ms until a slot is handed out again
-- Output: the server's clock ms, time at which the next slot is due ('' for never), then per slot: tenant, name, slot ms, when
--         it was first handed out, when it was last handed out before (0 if what became of it is known), its revision, what
--         was stored
-- Complexity: O(log schedules) per slot
local again, rows = string.format('%.0f', server_ms + ARGV[1]), {string.format('%.0f', server_ms), ''}
local entries, names = due_in(slots, server_ms), {}

for at, entry in ipairs(entries) do names[at] = schedules .. string.match(entry, '^%S+') end
touch(names)

local function hand_out_slot(entry)
  local tenant, name = string.match(entry, '^(%S+) (.*)$')
  local s = read_schedule(tenant, name)
  if not s then return drop_schedule(tenant, name) end
  local earlier = s.open
  if s.first == '0' then s.first = rows[1] end
  s.open = rows[1]
  redis.call('ZADD', slots, again, entry)
  write_schedule(tenant, name, s)
  for _, cell in ipairs({tenant, name, s.slot, s.first, earlier, s.revision, s.rest}) do rows[#rows + 1] = cell end
end

if #entries > 0 then
  begin_writing()
  for _, entry in ipairs(entries) do hand_out_slot(entry) end
  write_next_slot()
end
rows[2] = redis.call('GET', next_slot) or ''
return rows
