-- One rule: the first action of a sequence leads, and only the leader is in a queue, suspect, active, or delayed for a retry.
-- The others are blocked, in the order in which they joined; `sequence:<tenant>` lists those of all its sequences. A script
-- that changes sequences notes them before its first write and calls `join_sequence` or `leave_sequence`; `write_sequences`
-- applies the rule once for all: an action that leads now goes to the end of its queue.
-- from header: parse_header, element_of
-- from touch: touch, touch_lists
-- from flags: has_flag, IN_SEQUENCE
-- from run: read_run, lost_run
-- from counts: bump_waiting
-- from ready: push
-- KEYS: sequence actions
local noted, leaders, sequence_of, blocked_of = {}, {}, {}, {}

local function member_at(key, place)
  return redis.call('ZRANGE', key, place, place)[1]
end

local function note_sequence(id, r, stored) -- returns its key; nil if it has none
  if not r or not has_flag(r, IN_SEQUENCE) then return nil end
  local header = parse_header(stored or redis.call('HGET', actions, id))
  local key = sequence .. header.tenant .. ':' .. header.sequence
  sequence_of[id], blocked_of[id] = key, sequence .. header.tenant
  if leaders[key] == nil then
    noted[#noted + 1], leaders[key] = key, member_at(key, '0') or false
    touch_lists({[header.tenant] = true})
    touch({blocked_of[id]})
  end
  return key
end

local function has_to_join(id) -- true for an action of a sequence that has not joined it
  return sequence_of[id] and not redis.call('ZSCORE', sequence_of[id], id)
end

local function join_sequence(id, r) -- at the end
  redis.call('ZADD', sequence_of[id], r.since, id)
  redis.call('ZADD', blocked_of[id], r.since, id)
  bump_waiting(r.tier, r.tenant, r.since, 1)
end

local function leave_sequence(id)
  if not sequence_of[id] then return end
  redis.call('ZREM', sequence_of[id], id)
  redis.call('ZREM', blocked_of[id], id)
end

local function write_sequences()
  for _, key in ipairs(noted) do
    local first = member_at(key, '0')
    if first and first ~= leaders[key] then
      local r = read_run(first) or lost_run(first)
      redis.call('ZREM', sequence .. r.tenant, first)
      push(r.tier, r.tenant, {element_of(r.since, first, true)})
    end
  end
end
