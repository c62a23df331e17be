-- The domain's clock: µs, strictly increasing, the `now` (ms) of every stored decision.
-- The server's clock may be set back. Then the domain's goes on from where it is, by what passes on the server's, and a
-- hundredth slower until it is ahead no longer. Times of the world outside are compared with the server's clock.
-- from state: last_clock, last_lead, format, FORMAT
-- KEYS: state
local LEAD_KEPT, SLOWER = 1000, 100 -- µs: calls within a moment are ahead by less; one part in a hundred
local time = redis.call('TIME')
local server = time[1] * 1000000 + time[2]
local clock = math.max(server, last_clock + 1)
if last_lead > 0 then
  local passed = server - (last_clock - last_lead) -- since the clock was last written
  clock = math.max(clock, last_clock + passed - math.floor(passed / SLOWER))
end
local now, lead_ms = math.floor(clock / 1000), math.floor((clock - server) / 1000)

local function clock_words(us) -- in two halves: as one integer it is too long for some Lua, as a float slow to write
  return string.format('%d%07d', us / 10000000, us % 10000000)
end

local clock_text = clock_words(clock)

local function advance_clock(by) -- for that many arrivals, each of which has a time of its own
  clock = clock + by
end

local function write_state(cells) -- with the clock, as far as it has been moved on
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
