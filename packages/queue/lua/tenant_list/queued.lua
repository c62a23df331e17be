-- Waiting actions of a tenant: its queues by tier, then its suspects. A position is the tier and the time since which the last
-- examined element waits, or 5 and the number of suspects examined.
-- from page: MOST_EXAMINED, fits, add_action, listed_count, page_until
-- from header: SINCE_DIGITS, parse_header
-- KEYS: actions run queue* suspects
local SUSPECTS, NO_SINCE = 5, string.rep('0', SINCE_DIGITS)
local left = MOST_EXAMINED

local function since_of(element)
  return string.sub(element, 1, SINCE_DIGITS)
end

local function index_after(list, since) -- first element that has waited for a shorter time; a queue is in this order
  local low, high = 0, redis.call('LLEN', list)
  while low < high do
    local middle = math.floor((low + high) / 2)
    if tonumber(since_of(redis.call('LINDEX', list, middle))) > tonumber(since) then high = middle else low = middle + 1 end
  end
  return low
end

local function is_current(element, text, header) -- false for the element of a cancelled action whose id was used again
  local since = text and string.match(text, '^0 %d %S+ (%d+) ') or not text and header.arrival
  return since == since_of(element)
end

local function list_element(element, tenant) -- false if the page is full
  local id = string.sub(element, SINCE_DIGITS + 2)
  local stored, text = redis.call('HGET', actions, id), redis.call('HGET', run, id)
  local header = parse_header(stored)
  if not stored or header.tenant ~= tenant or not is_current(element, text, header) then return true end
  if not fits(stored) then return false end
  add_action(id, '', text, stored)
  return true
end

local function list_part(list, tenant, most, reached, by_number) -- returns the position reached, nothing at the end of the list
  local first = by_number and tonumber(reached) or reached ~= NO_SINCE and index_after(list, reached) or 0
  for at, element in ipairs(redis.call('LRANGE', list, first, first + left - 1)) do
    if listed_count() == most or not list_element(element, tenant) then return reached end
    reached, left = by_number and string.format('%d', first + at) or since_of(element), left - 1
  end
  if left == 0 then return reached end
end

local function list_queued(tenant, most, part, since)
  local first = part == '' and 1 or tonumber(part)
  if part == '' then since = NO_SINCE end
  for tier = first, SUSPECTS do
    local list = tier == SUSPECTS and suspects or queue[tier] .. tenant
    local reached = list_part(list, tenant, most, since, tier == SUSPECTS)
    if reached then return page_until(tostring(tier), reached) end
    since = NO_SINCE
  end
  return page_until('', '')
end
