-- Sharing by time: a claim charges the usual duration of an attempt of the tenant, and the actual duration corrects the
-- charge. A run carries its charge while its lease holds. The unit of a start tag is a second of slot time, at weight 1 and
-- cost 1.
-- from flags: set_flag
-- from many: call_all, names_in
-- from clock: now
-- from header: cost_of
-- from profile: parse_profile
-- from ready: virtual_time
-- from tag: tag_words
-- KEYS: state paces profiles ready* parked*
local US_PER_SECOND, MIN_CHARGE, UNKNOWN_PACE, PACE_WINDOW = 1000000, 500, 1000000, 8 -- µs; number of attempts that a pace averages
local CHARGE = '^(%d+) (%d) (%S+) %d+ %d+ %d+ %d+ (%S+) %d+ %d+ (%d+)'
local BEFORE_CHARGE = '^(' .. string.rep('%S+ ', 10) .. ')%d+'
local PUT_OFF = '^%S+ %S+ %S+ %S+ %S+ %S+ %S+ %S+ %d+ %d+$'
local BY_TIME_AGAIN, HAS_RESUMED = 'r', ' %l*r%l*%+$' -- its flag
local corrections, pace_changes, domain_pace = {}, {}, nil

local function held_us(token) -- time since the claim, at least one step of the clock: no attempt takes no time
  return math.max(MIN_CHARGE, (now - math.floor(tonumber(token) / 1000)) * 1000)
end

local function correct(tier, tenant, us)
  if us == 0 then return end
  local of_tier = corrections[tier] or {}
  corrections[tier], of_tier[tenant] = of_tier, (of_tier[tenant] or 0) + us
end

local function charged_text(item, pace) -- returns its run with its charge; the run of a postponed action already contains its times
  local put_off = item.ran and string.find(item.text, PUT_OFF)
  return item.text .. (put_off and ' ' or ' 0 0 ') .. pace
end

local function read_domain_pace()
  domain_pace = domain_pace or tonumber(redis.call('HGET', state, 'pace') or '') or UNKNOWN_PACE
  return domain_pace
end

local function moved_on(pace, held)
  return math.max(MIN_CHARGE, math.floor(pace + (held - pace) / PACE_WINDOW))
end

local function charged_more(text, keeps_refund) -- corrects its charge; returns its tenant and its slot time
  local token, tier, tenant, cost, charged = string.match(text, CHARGE)
  local held = token and held_us(token)
  if not held or held < tonumber(charged) and keeps_refund then return nil end
  correct(tonumber(tier), tenant, (held - charged) * cost_of(cost))
  return tenant, held
end

local function end_charge(text) -- for an attempt whose lease ends; attempts not charged by time have no charge
  local tenant, held = charged_more(text, false)
  if not tenant or string.find(text, HAS_RESUMED) then return end -- time with a wait in it is no duration of an attempt
  local seen = pace_changes[tenant] or {}
  pace_changes[tenant], seen[#seen + 1] = seen, held
  domain_pace = moved_on(read_domain_pace(), held)
end

local function charge_further(text) -- for an attempt that runs longer than it was charged for; returns its new run
  local tenant, held = charged_more(text, true)
  return tenant and string.gsub(text, BEFORE_CHARGE, '%1' .. string.format('%.0f', held), 1)
end

local function charge_anew(r) -- for a handler that resumes: all time before counts as charged
  r.charged = string.format('%.0f', held_us(r.token))
  set_flag(r, BY_TIME_AGAIN, true)
end

local function write_paces()
  local tenants, cells = names_in(pace_changes), {}
  for at, kept in ipairs(call_all('HMGET', paces, tenants)) do
    local seen = pace_changes[tenants[at]]
    local pace = tonumber(kept or '') or seen[1]
    for _, held in ipairs(seen) do pace = moved_on(pace, held) end
    cells[2 * at - 1], cells[2 * at] = tenants[at], string.format('%.0f', pace)
  end
  call_all('HSET', paces, cells)
  if #cells > 0 then redis.call('HSET', state, 'pace', string.format('%.0f', domain_pace)) end
end

local function corrected(tag, by, virtual) -- a refund stops at V
  return by > 0 and tag + by or math.min(tag, math.max(virtual, tag + by))
end

local function weigh_corrections() -- converts corrections to changes of tags; call before the writes that delete idle tenants
  for _, amounts in pairs(corrections) do
    local tenants = names_in(amounts)
    for at, text in ipairs(redis.call('HMGET', profiles, unpack(tenants))) do
      amounts[tenants[at]] = amounts[tenants[at]] / US_PER_SECOND / parse_profile(text)
    end
  end
end

local function write_tier_corrections(tier, tenants, amounts)
  local virtual, cells, parked_cells = virtual_time(tier), {}, {}
  local tags, parked_tags = redis.call('ZMSCORE', ready[tier], unpack(tenants)), redis.call('ZMSCORE', parked[tier], unpack(tenants))
  local is_contended = redis.call('EXISTS', ready[tier]) == 1
  for at, tenant in ipairs(tenants) do
    local by = amounts[tenant]
    if tags[at] then
      cells[#cells + 1], cells[#cells + 2] = tag_words(corrected(tonumber(tags[at]), by, virtual)), tenant
    elseif is_contended then -- a parked tag that V has passed counts as V, even if it is still stored
      local tag = math.max(virtual, tonumber(parked_tags[at] or '0'))
      parked_cells[#parked_cells + 1], parked_cells[#parked_cells + 2] = tag_words(corrected(tag, by, virtual)), tenant
    end
  end
  call_all('ZADD', ready[tier], cells)
  call_all('ZADD', parked[tier], parked_cells)
end

local function write_corrections() -- call after the ready index has been written
  for tier, amounts in pairs(corrections) do write_tier_corrections(tier, names_in(amounts), amounts) end
end
