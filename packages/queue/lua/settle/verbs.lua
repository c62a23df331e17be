-- The outcomes of an attempt.
-- from profile: parse_profile
-- from ready: virtual_time
-- from header: cost_of
-- from tag: tag_words
-- from ending: send, bury, end_marked
-- from sequences: leave_sequence
-- from clock: now
-- from kept: keep
-- from codes: DONE, DEAD, EXPIRED, CANCELLED
-- from stream: end_stream
-- from endings: append_ending, note_attempt
-- from delay: add_delayed, due_or_expiry
-- from flags: has_mark, set_flag, has_flag, WAITS, PARKED, ANSWERED
-- from run: write_run, is_suspect
-- from belongings: drop_journal, drop_children
-- from lease: line_up
-- KEYS: profiles ready* parked*
local max_stalls, delivery, gone, returned, TOLD = tonumber(ARGV[1]), tonumber(ARGV[2]), {}, {}, 'told'

local function give_back(r) -- the cost, never below V
  local weight = parse_profile(redis.call('HGET', profiles, r.tenant))
  for _, index in ipairs({ready[r.tier], parked[r.tier]}) do
    local tag = tonumber(redis.call('ZSCORE', index, r.tenant))
    if tag then
      local back = math.max(virtual_time(r.tier), tag - cost_of(r.cost) / weight)
      redis.call('ZADD', index, tag_words(math.min(back, tag)), r.tenant)
    end
  end
end

local verbs = {}

local function notify(id, r, ending)
  if ending.callback ~= '' and ending.callback ~= TOLD then send(id, r, ending.callback, now + delivery) end
end

local function over(how)
  return function(id, r, ending)
    notify(id, r, ending)
    keep(id, r, ending.retain, how, ending.note)
    end_stream(id, r, how, ending.note)
    append_ending(id, r, {name = how, settled = 1, note = ending.note})
    drop_journal(id, r)
    if how ~= CANCELLED then drop_children(id, r) end
    leave_sequence(id)
    gone[#gone + 1] = id
  end
end

verbs.done, verbs.expired, verbs.cancelled = over(DONE), over(EXPIRED), over(CANCELLED)

local function run_later(id, r, ending)
  add_delayed(id, r.tier, r.tenant, due_or_expiry(id, now + ending.delay))
  r.token = '0'
  write_run(id, r)
end

function verbs.retry(id, r, ending)
  note_attempt(id, r)
  r.failures, r.throttled, r.unhandled = r.failures + 1, '0', '0'
  run_later(id, r, ending)
end

function verbs.throttled(id, r, ending) -- not a failure: the worker limits it by the time since the first one
  note_attempt(id, r)
  if r.throttled == '0' then r.throttled = string.format('%.0f', now) end
  r.unhandled = '0'
  run_later(id, r, ending)
end

function verbs.unhandled(id, r, ending) -- not an attempt of a handler, so it keeps the times of the last one
  if r.unhandled == '0' then r.unhandled = string.format('%.0f', now) end
  run_later(id, r, ending)
end

function verbs.parked(id, r, ending) -- not an attempt: it goes on from its journal once an answer has come
  note_attempt(id, r)
  if has_flag(r, ANSWERED) then ending = {delay = 0} end
  set_flag(r, PARKED, true)
  run_later(id, r, ending)
end

function verbs.dead(id, r, ending)
  set_flag(r, 'c', false) -- its caller knows that it is dead, and a redriven action is not cancelled
  notify(id, r, ending)
  keep(id, r, ending.retain, DEAD, ending.note)
  bury(id, r, ending.note, 1)
end

function verbs.release(id, r)
  if has_mark(r) then return end_marked(id, r) end
  local suspect, waits = is_suspect(r, max_stalls), has_flag(r, WAITS)
  line_up(id, r, suspect and 'suspects' or 'head')
  -- The turn of a suspect was not charged, and one whose handler waits has used it.
  if not suspect and not waits and r.charged == '' then returned[#returned + 1] = r end
end
