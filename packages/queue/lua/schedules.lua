-- Reads the schedules of a domain: their names, or some of them.
-- from scheduled: server_ms, read_schedule
-- KEYS: slots schedules
-- ARGV: names | records, then for names: tenant or '' for all; for records: tenant, name …
-- Output: the server's clock ms, then per schedule: tenant, name (for records also its slot ms, and what was stored)
-- Complexity: O(schedules) for names, O(1) per record
local rows = {string.format('%.0f', server_ms)}

local function add_names(tenant)
  for _, name in ipairs(redis.call('HKEYS', schedules .. tenant)) do rows[#rows + 1], rows[#rows + 2] = tenant, name end
end

local function add_all_names()
  for _, entry in ipairs(redis.call('ZRANGE', slots, '0', '-1')) do
    rows[#rows + 1], rows[#rows + 2] = string.match(entry, '^(%S+) (.*)$')
  end
end

local function add_record(tenant, name)
  local s = read_schedule(tenant, name)
  if not s then return end
  for _, cell in ipairs({tenant, name, s.slot, s.rest}) do rows[#rows + 1] = cell end
end

if ARGV[1] == 'records' then
  for at = 2, #ARGV, 2 do add_record(ARGV[at], ARGV[at + 1]) end
elseif ARGV[2] == '' then
  add_all_names()
else
  add_names(ARGV[2])
end
return rows
