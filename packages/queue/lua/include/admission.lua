-- Whether an action may enter, in order: here at all → id of its own → repeated → open → depth → minute → day. Reads only;
-- an item sees the items of its batch that were admitted before it.
-- include: clock items window day
-- KEYS: state seen
local ACCEPTED, DUPLICATE, MINUTE, DAY, DEPTH, CLOSED, SUSPENDED, MOVED, FOREIGN = 0, 1, 2, 3, 4, 5, 6, 7, 8
local paused = redis.call('HGET', state, 'paused')
local closed, moved = paused == 'admission', paused == 'moved'
local taken, keys_taken = {}, {}

local function twin_of(item) -- the action_id this item repeats
  if item.owner then return item.id end
  if not item.policy and redis.call('EXISTS', seen .. item.id) == 1 then return item.id end
  return item.once and (keys_taken[item.once] or redis.call('GET', item.once) or nil)
end

local function judge(item)
  if moved then return MOVED end
  item.owner = item.owner or taken[item.id]
  if item.owner and item.owner ~= item.tenant then return FOREIGN end
  local twin, policy, tenant = twin_of(item), item.policy, item.tenant
  if twin then return DUPLICATE, twin end
  item.slot = now
  if not policy then return ACCEPTED end
  if closed then return CLOSED end
  if standing[tenant].suspended then return SUSPENDED end
  if policy.depth >= 0 and standing[tenant].depth >= policy.depth then return DEPTH, policy.depth end
  if policy.minute == 0 then return MINUTE, WINDOW_MS, 0 end
  if policy.minute > 0 then item.slot = first_slot(tenant, policy.minute) end
  if item.slot > now and not policy.delays then return MINUTE, item.slot - now, policy.minute end
  local date = day_of(item.slot)
  if policy.day >= 0 and admitted_on(date, tenant) >= policy.day then
    return DAY, (date + 1) * DAY_MS - now, policy.day
  end
  if policy.minute > 0 then book(tenant, policy.minute, item.slot) end
  if policy.day >= 0 then count_day(date, tenant) end
  return ACCEPTED
end

local function note_admitted(item)
  taken[item.id] = item.tenant
  if item.once then keys_taken[item.once] = item.id end
  standing[item.tenant].depth = standing[item.tenant].depth + 1
end
