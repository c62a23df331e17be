-- The domain's clock: µs, strictly increasing, the `now` (ms) of every stored decision; and what else every call asks.
-- KEYS: state
local time = redis.call('TIME')
local last_clock, paused, grace, turns = unpack(redis.call('HMGET', state, 'clock', 'paused', 'grace', 'turns'))
local clock = math.max(time[1] * 1000000 + time[2], tonumber(last_clock or '0') + 1)
local now = math.floor(clock / 1000)

local function clock_words(us) -- in two halves: as one integer it is too long for some Lua, as a float slow to write
  return string.format('%d%07d', us / 10000000, us % 10000000)
end

local clock_text = clock_words(clock)

local function write_state(cells) -- with the clock, as far as it has been moved on
  clock_text = clock_words(clock)
  cells[#cells + 1], cells[#cells + 2] = 'clock', clock_text
  redis.call('HSET', state, unpack(cells))
end

local function write_clock()
  write_state({})
end
