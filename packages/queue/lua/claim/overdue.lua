-- Expired leaders of sequences, which this claim ends, and the expired actions right behind them, which end with them up to
-- a limit. Whatever then leads is in its queue for the next claim.
-- from header: expiry_in
-- from clock: now
-- from run: read_run, lost_run
-- from elements: expired, run_of
-- from ending: finish, touch_finish
-- from endings: write_endings
-- from stream: touch_streams
-- from codes: EXPIRED
-- from counts: bump_waiting
-- from sequences: note_sequence, member_at, leaders, write_sequences
-- KEYS: actions
local MAX_PASSED, MAX_PASSED_BYTES = 100, 4194304
local overdue, overdue_runs, passed_bytes = {}, {}, 0

local function add_overdue(id, r, stored) -- returns the key of its sequence
  overdue[#overdue + 1], overdue_runs[id] = {id = id, run = r, stored = stored}, r
  return note_sequence(id, r, stored)
end

local function find_behind(key)
  local place = 1
  while #overdue < MAX_PASSED and passed_bytes < MAX_PASSED_BYTES do
    local id = member_at(key, place)
    local stored = id and redis.call('HGET', actions, id) or ''
    if expiry_in(stored) > now then return end
    add_overdue(id, read_run(id) or lost_run(id), stored)
    place, passed_bytes = place + 1, passed_bytes + #stored
  end
end

local function note_expired() -- only reads
  for _, item in ipairs(expired) do
    local key = add_overdue(item.id, run_of(item), item.stored)
    if key and leaders[key] == item.id then find_behind(key) end
  end
  touch_finish(overdue)
  touch_streams(overdue_runs)
end

local function end_expired()
  for _, item in ipairs(overdue) do
    local r = item.run
    bump_waiting(r.tier, r.tenant, r.since, -1)
    finish(item.id, r, EXPIRED, item.stored)
  end
  write_endings()
  write_sequences()
end
