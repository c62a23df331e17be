-- The domain's clock (µs): strictly increasing, the `now` (ms) of every stored decision. If the server's clock is set back,
-- the domain's clock continues from its value at the speed of the server's, one percent slower until it is no longer ahead.
-- External times are compared with the server's clock.
-- from state: last_clock, last_lead, format, FORMAT
-- KEYS: state
local LEAD_KEPT, SLOWER = 1000, 100 -- µs: quick calls alone cause a smaller lead; one percent
local time = redis.call('TIME')
local server = time[1] * 1000000 + time[2]
local clock = math.max(server, last_clock + 1)
if last_lead > 0 then
  local passed = server - (last_clock - last_lead) -- time since the clock was last written
  clock = math.max(clock, last_clock + passed - math.floor(passed / SLOWER))
end
local now, lead_ms = math.floor(clock / 1000), math.floor((clock - server) / 1000)

local function clock_words(us) -- in two halves: too long for an integer of some Lua versions, and slow to format as a float
  return string.format('%d%07d', us / 10000000, us % 10000000)
end

local clock_text = clock_words(clock)

local function advance_clock(by) -- by one µs per arrival, so that each has a separate time
  clock = clock + by
end

local function write_state(cells) -- writes the given fields together with the current clock
  local lead = clock - server
  clock_text = clock_words(clock)
  cells[#cells + 1], cells[#cells + 2] = 'clock', clock_text
  if lead >= LEAD_KEPT or last_lead > 0 then
    cells[#cells + 1], cells[#cells + 2] = 'lead', lead >= LEAD_KEPT and clock_words(lead) or '0'
  end
  if not format then cells[#cells + 1], cells[#cells + 2] = 'format', FORMAT end
  redis.call('HSET', state, unpack(cells))
end

local function write_clock()
  write_state({})
end
