-- Decides which actions this claim takes, only by reading: tier by tier and tenant by tenant in the order of their start
-- tags, within caps. A tenant on which a call has spent its effort is skipped until the next call, which is due immediately.
-- from tenants: next_on_page, front, take_front, rejoin, shorten_first_page
-- from loads: read_loads, loads, UNLIMITED, pick, picked, bytes, by_time, share_time
-- from slot_time: US_PER_SECOND, charged_text
-- from queues: open, AHEAD, next_live, is_spent, effort, CALL_EFFORT
-- from due: leave_more
-- from tiers: note_service, read_tiers, next_tier
-- from suspects: pick_suspect
local MAX_BYTES, MAX_CAPPED = 4194304, 500
local capped, newly_capped = {}, 0

local function open_front(candidate, wanted) -- and the candidates behind it
  local candidates = next_on_page(candidate.order, wanted)
  read_loads(candidates)
  open(candidates, wanted)
end

local function charge_of(item) -- charge added to its start tag, at weight 1
  if not by_time then return item.cost end
  local pace = item.candidate.pace
  item.text = charged_text(item, pace)
  return pace / US_PER_SECOND * item.cost
end

local function serve(tier, tier_weight, wanted)
  local candidate = front(tier)
  if not candidate.items then open_front(candidate, math.min(wanted, AHEAD)) end
  local load = loads[candidate.tenant] or UNLIMITED
  if load.running >= load.cap then
    capped[candidate.tenant], newly_capped = true, newly_capped + 1
    return take_front(candidate.order)
  end
  local item = next_live(candidate, wanted)
  if not item then
    candidate.skipped = is_spent(candidate)
    if candidate.skipped then leave_more() end
    return take_front(candidate.order)
  end
  pick(item, load)
  candidate.order.start, candidate.served = candidate.tag, true
  local charge = charge_of(item)
  candidate.tag = candidate.tag + charge / load.weight
  note_service(tier, charge, tier_weight)
  rejoin(candidate)
end

local function plan(slots, mode, floor, weights, accepts_suspect, shares_time)
  if slots == 0 then return end
  if shares_time then share_time() end
  shorten_first_page(slots)
  read_tiers()
  if accepts_suspect then pick_suspect() end
  while #picked < slots do
    if bytes >= MAX_BYTES or effort >= CALL_EFFORT or newly_capped >= MAX_CAPPED then
      return leave_more()
    end
    local tier, once = next_tier(mode, floor, front)
    if not tier then return end
    serve(tier, weights[tier], once and 1 or slots - #picked)
  end
end
