-- Endings of actions. If a script ends an action, its caller is notified through the outbox, as by a worker.
-- from clock: clock_text, now
-- from wake: want_wake
-- from many: call_all
-- from header: parse_header, expiry_in
-- from touch: touch
-- from kept: keep
-- from codes: CANCELLED, DEAD, EXPIRED
-- from run: has_run, write_run
-- from counts: bump_dead
-- from belongings: drop_any_journal, drop_journal, drop_children
-- from stream: end_stream
-- from sequences: leave_sequence
-- from endings: append_ending, touch_history
-- KEYS: messages outbox actions run idempotency kept dead deaths journal
local function send(id, r, message, due) -- under a name unique to this ending: the id may be reused
  local callback = id .. '.cb' .. (r.token == '0' and clock_text or r.token)
  redis.call('HSET', messages, callback, message)
  redis.call('ZADD', outbox, due, callback)
  want_wake()
end

local function remove(ids)
  call_all('HDEL', actions, ids)
  call_all('HDEL', run, ids)
end

local function once_key(header)
  return idempotency .. header.tenant .. ':' .. header.once
end

local function touch_finish(items) -- `id` and `stored` must be known; call before the first write
  local names = {}
  for _, item in ipairs(items) do
    local header = parse_header(item.stored)
    if header.once ~= '-' then names[#names + 1] = once_key(header) end
    if header.retain > 0 then names[#names + 1] = kept .. item.id end
    names[#names + 1] = journal .. item.id
  end
  touch(names)
  touch_history()
end

local function free_key(id, header) -- unless it stands for a newer action
  local key = once_key(header)
  if redis.call('GET', key) == id then redis.call('UNLINK', key) end
end

local function finish(id, r, reason, stored) -- for an action that expired or was cancelled before it started
  local header = parse_header(stored)
  if header.notify then send(id, r, reason .. '\n' .. stored, now) end
  keep(id, r, header.retain, reason, '')
  end_stream(id, r, reason, reason == EXPIRED and string.format('%.0f', expiry_in(stored)) or '')
  append_ending(id, r, {name = reason, settled = 0, note = '', stored = stored})
  if header.once ~= '-' and not has_run(r) then free_key(id, header) end
  if reason == EXPIRED then drop_children(id, r) end
  drop_any_journal(id) -- also one that began early
  leave_sequence(id)
  remove({id})
end

local function end_marked(id, r) -- for an action that was cancelled while it ran, and whose worker does not settle it
  local stored = redis.call('HGET', actions, id) or ''
  local header = parse_header(stored)
  if header.notify then send(id, r, CANCELLED .. '\n' .. stored, now) end
  keep(id, r, header.retain, CANCELLED, '')
  end_stream(id, r, CANCELLED, '')
  append_ending(id, r, {name = CANCELLED, settled = 0, note = '', stored = stored})
  drop_journal(id, r)
  leave_sequence(id)
  remove({id})
end

local buried = 0

local function bury(id, r, note, settled) -- settled: 1 if a worker settled its last attempt, 0 if it stalled
  buried = buried + 1
  redis.call('ZADD', dead, now, id)
  redis.call('HSET', deaths, id, note)
  end_stream(id, r, DEAD, note)
  append_ending(id, r, {name = DEAD, settled = settled, note = note})
  drop_children(id, r)
  r.token = '0'
  write_run(id, r)
  bump_dead(r.tier, r.tenant, 1)
  leave_sequence(id)
end
