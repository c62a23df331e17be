-- The child actions of an action that was cancelled. They may be in other domains, so a worker cancels them: the outbox
-- contains a request for it until they all are.
-- from clock: clock_text, now
-- from wake: want_wake
-- KEYS: children messages outbox
local HOLDER_MS = 10000 -- time for the worker that runs the action, which receives a word, before another one is asked

local function children_key(id) -- touch it before the first write
  return children .. id
end

local function cancel_children(id, r) -- named like a callback, but for its letters
  if redis.call('EXISTS', children .. id) == 0 then return end
  local runs = r.token ~= '0'
  local request = id .. '.ch' .. (runs and r.token or clock_text)
  redis.call('HSET', messages, request, 'children ' .. r.tenant .. ' ' .. id .. '\n')
  redis.call('ZADD', outbox, runs and now + HOLDER_MS or now, request)
  want_wake()
end
