-- Callbacks and replies to deliver. Each is handed to one worker at a time until a worker acknowledges its delivery.
-- from many: call_all
-- from batch: due_in
-- from clock: now
-- KEYS: outbox messages
local MAX_BYTES = 4194304

local function acknowledge(callbacks)
  call_all('ZREM', outbox, callbacks)
  call_all('HDEL', messages, callbacks)
end

local function hand_out(again) -- returns at least one; another worker gets them at `again`
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
