-- Decides whether an action may enter. Checks in order: partition → id → repetition → start before expiry → open →
-- backlog of the history → depth → minute → day. Only reads; an item sees the earlier items of its batch that were admitted.
-- from state: paused
-- from codes: PAUSED_ADMISSION, PAUSED_MOVED, MINUTE, DAY, ACCEPTED, MOVED, FOREIGN, DUPLICATE, EXPIRES, CLOSED, SUSPENDED, DEPTH, BEHIND
-- from header: expiry_of
-- from clock: clock, now, lead_ms
-- from window: WINDOW_MS, first_slot, book
-- from day: day_of, admitted_on, DAY_MS, count_day
-- from items: taken, standing
-- from behind: is_behind
-- KEYS: seen
local NEVER_EXPIRES = '1 0 ' -- and costs 1, like most
local keys_taken, closed, moved = {}, paused == PAUSED_ADMISSION, paused == PAUSED_MOVED

local function twin_of(item) -- action_id that this item repeats
  if not item.terms.profile and redis.call('EXISTS', seen .. item.id) == 1 then return item.id end
  return item.once and (keys_taken[item.once] or redis.call('GET', item.once) or nil)
end

local function expiry_at_door(item)
  if string.sub(item.stored, 1, #NEVER_EXPIRES) == NEVER_EXPIRES then return math.huge end
  return expiry_of(string.match(item.stored, '^%S+ (%-?%d+) '), clock)
end

local function asked_start(run_at)
  return run_at == 0 and now or math.max(now, run_at < 0 and now - run_at or run_at + lead_ms)
end

local function judge_rate(item, limits, expires) -- minute and day limits; books the slot of an accepted item
  if limits.minute == 0 then return MINUTE, WINDOW_MS, 0 end
  local slot = limits.minute and first_slot(item.tenant, limits.minute) or now
  if slot > now and not (limits.delays and slot < expires) then return MINUTE, slot - now, limits.minute end
  local date = day_of(slot)
  if limits.day and admitted_on(date, item.tenant) >= limits.day then return DAY, (date + 1) * DAY_MS - now, limits.day end
  if limits.minute then book(item.tenant, limits.minute, slot) end
  if limits.day then count_day(date, item.tenant, 1) end
  item.slot, item.due = slot > now and slot, math.max(item.due, slot)
  return ACCEPTED
end

local function judge(item)
  if moved then return MOVED end
  local owner, terms, its_standing = taken[item.id], item.terms, standing[item.tenant]
  if owner and owner ~= item.tenant then return FOREIGN end
  local twin = owner and item.id or (item.once or not terms.profile) and twin_of(item)
  if twin then return DUPLICATE, twin end
  local start, expires = asked_start(terms.run_at), expiry_at_door(item)
  if start > now and start >= expires then return EXPIRES, start - lead_ms, expires - lead_ms end
  item.due = start
  if not terms.profile then return ACCEPTED end
  if closed then return CLOSED end
  if is_behind() then return BEHIND end
  if its_standing.suspended then return SUSPENDED end
  if its_standing.depth >= terms.depth then return DEPTH, terms.depth end
  if terms.minute or terms.day then return judge_rate(item, terms, expires) end
  return ACCEPTED
end

local function note_admitted(item)
  local its_standing = standing[item.tenant]
  taken[item.id] = item.tenant
  if item.once then keys_taken[item.once] = item.id end
  its_standing.depth = its_standing.depth + 1
  its_standing.profile = item.terms.profile or its_standing.profile
end
