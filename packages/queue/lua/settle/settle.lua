-- Ends attempts, each fenced by its token: done, retried (counted or not), dead, or released.
-- from verbs: gone, verbs, TOLD, returned, give_back
-- from flags: is_marked, has_flag, WAITS, HAS_JOURNAL
-- from plain: is_plain, note_plain, record_plain, plain_ids
-- from run: parse_run
-- from journal: touch_journals
-- from stream: touch_streams
-- from sequences: note_sequence, write_sequences
-- from codes: LOST, ALREADY, MARKED
-- from look: is_more_ready
-- from runs: FIRST_OUTCOME, OUTCOME_SIZE, FIRST_ITEM, ITEM_SIZE, ids, runs
-- from lease: end_lease, held_among, write_leases, uncap_freed
-- from touch: touch_lists
-- from kept: touch_kept
-- from memory: begin_writing
-- from clock: write_clock
-- from ending: remove, buried
-- from endings: touch_history, write_endings
-- from dead_letters: trim_surplus
-- from commit: commit
-- from holding: read_outcome, apply_hold
-- from slot_time: end_charge, weigh_corrections, write_corrections, write_paces
-- KEYS: revoked
-- ARGV: max stalls, ms until another worker delivers the callback, max dead letters, turns | time, 1 to look for more work,
--       number of endings,
--       endings × (name, done | retry | throttled | unhandled | parked | dead | expired | cancelled | release, delay ms, note,
--                  retain ms, callback or '', or told if the caller has been told already),
--       where retry, throttled and dead may be followed by a hold: tenant and ms, or key, ms and the key,
--       items × (id, token, name of its ending)
-- Output: 1 if it looked and there is more to claim, then per item that was not settled: its index, code of a settlement:
--         already settled, lost to another worker, or marked: it was cancelled and has to end as cancelled
-- Complexity: O(log tenants) per item
local BY_TIME = ARGV[4] == 'time'
local outcomes, taken, others, tenants, moving, kept_ids, journaled, streams, refused = {}, {}, {}, {}, {}, {}, {}, {}, {0}

for at = FIRST_OUTCOME, FIRST_ITEM - 1, OUTCOME_SIZE do
  local verb, holds_what, hold_ms, key = read_outcome(ARGV[at + 1])
  outcomes[ARGV[at]] = {
    verb = verb, holds = holds_what, hold_ms = tonumber(hold_ms), key = key, delay = tonumber(ARGV[at + 2]), note = ARGV[at + 3], retain = tonumber(ARGV[at + 4]), callback = ARGV[at + 5],
    leaves_nothing = ARGV[at + 1] == 'done' and ARGV[at + 4] == '0' and ARGV[at + 5] == '',
  }
end

local function is_refused(text, ending) -- a cancelled action whose caller was told before that it is done stays done
  if not is_marked(text) then return false end
  return ending.verb ~= 'cancelled' and ending.verb ~= 'release' and ending.callback ~= TOLD
end

local function take(id, text, ending) -- returns its run; most leave nothing behind, and need nothing else from it
  taken[id] = true
  if ending.leaves_nothing and is_plain(text) then
    gone[#gone + 1] = id
    note_plain(id, text, ending.note)
  else
    local r = parse_run(text)
    if has_flag(r, HAS_JOURNAL) then journaled[#journaled + 1] = id end
    note_sequence(id, r, nil)
    others[#others + 1], streams[id] = {id = id, run = r, ending = ending}, r
    if ending.retain > 0 or is_marked(text) then kept_ids[#kept_ids + 1] = id end
    if ending.verb == 'release' or ending.holds == 'tenant' then moving[r.tenant] = true end
    return r
  end
end

local function refuse(index, id, token, code)
  refused[#refused + 1] = index - 1
  refused[#refused + 1] = code or redis.call('ZSCORE', revoked, id .. ':' .. token) and LOST or ALREADY
end

for index, text in ipairs(runs) do
  local at, id = FIRST_ITEM + (index - 1) * ITEM_SIZE, ids[index]
  local ending = outcomes[ARGV[at + 2]]
  local token, tier, tenant = string.match(text or '', '^(%d+) (%d) (%S+)')
  if token ~= ARGV[at + 1] or taken[id] or not (ending.leaves_nothing and is_plain(text) or parse_run(text)) then
    refuse(index, id, ARGV[at + 1])
  elseif is_refused(text, ending) then
    refuse(index, id, token, MARKED)
  else
    tenants[tenant] = true
    if BY_TIME then end_charge(text) end
    local r = take(id, text, ending)
    end_lease(id, tier, tenant, r and has_flag(r, WAITS))
  end
end
if not next(taken) then
  refused[1] = is_more_ready()
  return refused
end

local those_held = held_among(tenants)
touch_lists(those_held)
touch_lists(moving)
touch_kept(kept_ids)
touch_journals(journaled)
touch_streams(streams)
touch_history()
begin_writing()
if #others + #plain_ids > 0 then write_clock() end -- the rest stores no times
record_plain()
for _, item in ipairs(others) do
  verbs[item.ending.verb](item.id, item.run, item.ending)
  apply_hold(item.ending, item.run)
end
remove(gone)
if buried > 0 then trim_surplus(tonumber(ARGV[3])) end
write_endings()
write_leases()
uncap_freed(those_held)
weigh_corrections()
write_paces()
write_sequences()
commit()
for _, r in ipairs(returned) do give_back(r) end -- after commit: their tags are in the index again
write_corrections()
refused[1] = is_more_ready()
return refused
