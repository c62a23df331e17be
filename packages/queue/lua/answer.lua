-- Writes answers to the journals of actions: outcomes of their children, and signals. The first answer to a name counts. Wakes
-- the action that waits for it: if it is parked it becomes due, and otherwise its process receives a word.
-- from header: parse_header
-- from flags: has_flag, set_flag, WAITS, ANSWERED, PARKED
-- from run: parse_run, write_run
-- from journal: exceeded_by, is_written, adopt, begin_early, write_field, touch_journals
-- from codes: NO_ACTION, STORED, STORED_BEFORE, TOO_LARGE, TOO_MANY
-- from memory: begin_writing
-- from clock: now, write_clock
-- from wake: want_wake, write_wake
-- from words: send_word, words_key
-- from touch: touch
-- KEYS: actions run journal delayed
-- ARGV: rows × (tenant or '' for any, action id, name, answer)
-- Output: code of an answer per row
-- Complexity: O(log actions) per row
local NO_MORE, SIGNAL = {names = 0, bytes = 0}, '{"status":"signal"'
local EARLY_MS, ROW, codes, ids, written = 604800000, 4, {}, {}, {}
for at = 1, #ARGV, ROW do ids[#ids + 1] = ARGV[at + 1] end
touch_journals(ids)
for _, id in ipairs(ids) do
  local r = parse_run(redis.call('HGET', run, id))
  if r and r.holder ~= '' then touch({words_key(r)}) end
end

local function is_misplaced(id, name, text) -- a signal for the name of a call or a step
  if string.sub(text, 1, #SIGNAL) ~= SIGNAL then return false end
  local meaning = redis.call('HGET', journal .. id, name)
  return meaning and string.sub(meaning, 1, 4) ~= 'wait'
end

local function judge(tenant, id, name, text)
  local field = '=' .. name
  local stored = redis.call('HGET', actions, id)
  if not stored or tenant ~= '' and parse_header(stored).tenant ~= tenant then return NO_ACTION end
  if written[id .. ' ' .. field] or is_written(id, field) or is_misplaced(id, name, text) then return STORED_BEFORE end
  local bound = exceeded_by(id, field, text, NO_MORE)
  return bound == 'names' and TOO_MANY or bound == 'bytes' and TOO_LARGE or STORED
end

local function announce(id, r)
  local waits = has_flag(r, WAITS)
  if waits then set_flag(r, ANSWERED, true) end
  write_run(id, r)
  if waits then send_word(r, 'answer', id, r.token, r.tenant) end
  if has_flag(r, PARKED) then
    redis.call('ZADD', delayed, 'XX', 'LT', now, id)
    want_wake()
  end
end

begin_writing()
for row, id in ipairs(ids) do
  local at = (row - 1) * ROW
  local field, text = '=' .. ARGV[at + 3], ARGV[at + 4]
  codes[row] = judge(ARGV[at + 1], id, ARGV[at + 3], text)
  if codes[row] == STORED then
    written[id .. ' ' .. field] = true
    local r = parse_run(redis.call('HGET', run, id))
    if r then adopt(id, r) else begin_early(id) end
    write_field(id, field, text)
    if r then announce(id, r) else redis.call('PEXPIRE', journal .. id, EARLY_MS) end
  end
end
if next(written) then -- a domain that was never used keeps no key
  write_clock()
  write_wake()
end
return codes
