-- The stream of an action: entries with chunks of its last attempt that emitted some, under the id <token>-<number of the last
-- chunk>, and its end, under a later id.
-- from clock: clock_text
-- from touch: touch
-- from flags: has_flag, set_flag, HAS_STREAM
-- KEYS: stream
local ENDED_TTL_MS = '600000'

local function touch_streams(runs) -- id → run
  local names = {}
  for id, r in pairs(runs) do
    if has_flag(r, HAS_STREAM) then names[#names + 1] = stream .. id end
  end
  touch(names)
end

local function end_stream(id, r, ending, note) -- removes the flag: a redriven action begins another stream
  if not has_flag(r, HAS_STREAM) then return end
  set_flag(r, HAS_STREAM, false)
  redis.call('XADD', stream .. id, clock_text .. '-0', 'tenant', r.tenant, 'end', ending, 'note', note)
  redis.call('PEXPIRE', stream .. id, ENDED_TTL_MS)
end
