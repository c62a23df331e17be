-- Admits a batch of actions of one domain, each all or nothing; a rejection leaves no trace.
-- from calls: earlier_answer, words_of, remember
-- from admission: note_admitted, judge
-- from clock: clock_words, clock, now, lead_ms, advance_clock, write_clock
-- from items: standing, read_standing, mark_taken, items, ids
-- from many: call_all
-- from header: element_of
-- from joining: make_run, admit_to_sequence, write_members
-- from delay: add_delayed
-- from bookings: note_booking
-- from codes: ACCEPTED
-- from lines: list, touch_lines, push_lines
-- from day: touch_days, write_days
-- from caps: find_uncapped
-- from state: kept_until
-- from kept: touch_kept, drop_kept
-- from ready: hold
-- from window: write_window
-- from commit: commit
-- KEYS: actions profiles seen
-- ARGV: process, call, number of terms,
--       terms × (name, tier, run at ms (negative: from now), once or '-', sequence or '-', weight and cap or '' if exempt from limits,
--                per minute, per day, depth, 1 to delay | 0 to reject; -1 for no limit),
--       items × (id, tenant, name of its terms, stored without its arrival)
-- Output: per item that was not simply admitted: its index, code of an admission, detail, detail
-- Complexity: O(log tenants) per item
local process, call = ARGV[1], ARGV[2]
local answer = earlier_answer(process, call)
if answer then return words_of(answer) end

local ONCE_TTL_MS, SEEN_TTL_MS, USUAL_PROFILE = 86400000, 60000, '1 -1'
local accepted, later, replies = {}, {}, {}

local function admit(item)
  note_admitted(item)
  item.arrival = clock_words(clock + #accepted)
  accepted[#accepted + 1] = item
  return item.due > now and item.due - lead_ms or nil
end

local function reply(index, code, detail, more)
  for _, part in ipairs({index, code, detail or 0, more or 0}) do
    replies[#replies + 1] = type(part) == 'number' and string.format('%.0f', part) or part
  end
end

local function store() -- the first write is one that Redis refuses at maxmemory
  local cells = {}
  for at, item in ipairs(accepted) do
    cells[2 * at - 1], cells[2 * at] = item.id, item.arrival .. ' ' .. item.stored
  end
  redis.call('HSET', actions, unpack(cells))
end

local function write_profiles()
  local usual, others = {}, {}
  for tenant, its_standing in pairs(standing) do
    local profile = its_standing.profile
    if profile == USUAL_PROFILE then
      usual[#usual + 1] = tenant
    elseif profile then
      others[#others + 1], others[#others + 2] = tenant, profile
    end
  end
  call_all('HDEL', profiles, usual)
  call_all('HSET', profiles, others)
end

local function delay(item)
  add_delayed(item.id, item.terms.tier, item.tenant, item.due)
  if item.slot then note_booking(item) end
end

local function note_markers(item)
  if item.once then redis.call('SET', item.once, item.id, 'PX', ONCE_TTL_MS) end
  if not item.terms.profile then redis.call('SET', seen .. item.id, '1', 'PX', SEEN_TTL_MS) end
end

local function admitted_ids()
  local names = {}
  for at, item in ipairs(accepted) do names[at] = item.id end
  return names
end

local function place_admitted(item) -- a delayed action joins its sequence when it is due
  if item.due > now then
    later[#later + 1] = item
    make_run(item)
  elseif item.terms.sequence then
    admit_to_sequence(item)
  else
    list(item.terms.tier, item.tenant, element_of(item.arrival, item.id))
  end
end

read_standing()
mark_taken()
for index, item in ipairs(items) do
  local code, detail, more = judge(item)
  if code == ACCEPTED then detail = admit(item) end
  if code ~= ACCEPTED or detail then reply(index - 1, code, detail, more) end
end
if #accepted == 0 then return replies end

for _, item in ipairs(accepted) do place_admitted(item) end
touch_lines()
touch_days()
local uncapped = find_uncapped()
local supersedes = kept_until > now and touch_kept(ids) > 0
store()
advance_clock(#accepted)
write_clock()
write_profiles()
write_members()
for _, item in ipairs(later) do delay(item) end
for _, item in ipairs(accepted) do note_markers(item) end
if supersedes then drop_kept(admitted_ids()) end
push_lines()
for tenant in pairs(uncapped) do hold(tenant, 'c', false) end
write_window()
write_days()
commit()
remember(process, call, replies)
return replies
