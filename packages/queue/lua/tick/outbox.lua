-- Callbacks and replies on their way: handed out to one worker at a time, until one acknowledges that it delivered.
-- from many: call_all
-- from batch: due_in
-- from clock: now
-- KEYS: outbox messages
local MAX_BYTES = 4194304

local function acknowledge(callbacks)
  call_all('ZREM', outbox, callbacks)
  call_all('HDEL', messages, callbacks)
end

local function hand_out(again) -- at least one; `again` is when another worker gets them
  local rows, bytes = {}, 0
  for _, callback in ipairs(due_in(outbox, now)) do
    local message = redis.call('HGET', messages, callback) or ''
    if bytes > 0 and bytes + #message > MAX_BYTES then break end
    bytes = bytes + #message
    redis.call('ZADD', outbox, again, callback)
    rows[#rows + 1] = callback
    rows[#rows + 1] = message
  end
  return rows
end
