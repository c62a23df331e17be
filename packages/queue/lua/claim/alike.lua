-- The next turns of a tier among tenants on equal terms. Each turn moves the start tag of its tenant by 1, so served tenants
-- come up again in the order in which they were served, and two sorted sequences are merged. Only reads.
-- from header: SINCE_DIGITS
-- KEYS: ready* queue* profiles
local NEW = string.byte('.')

local function read_ahead(tenant, count) -- plus one element, which shows whether there are more
  local elements, from = tenant.elements, #tenant.elements
  local read = redis.call('LRANGE', tenant.list, from, from + count)
  tenant.all = #read <= count
  for at = 1, math.min(#read, count) do elements[from + at] = read[at] end
end

local function tenants_of(tier, names, cells, slots)
  local tenants, count = {}, math.ceil(slots / #names) -- elements per tenant that together fill the slots
  for at, name in ipairs(names) do
    local tenant = {
      name = name, tag = tonumber(cells[2 * at]), list = queue[tier] .. name, whose = ' ' .. tier .. ' ' .. name .. ' ',
      elements = {}, all = false, met = 0,
    }
    read_ahead(tenant, count)
    tenants[#tenants + 1] = tenant
  end
  return tenants
end

local function take_turns(tier, slots) -- returns nil if no tenant is ready, or one has a profile or an element that ran before
  local cells, names = redis.call('ZRANGE', ready[tier], '0', slots, 'WITHSCORES'), {} -- one more, to see if these are all
  for at = 1, math.min(#cells, 2 * slots), 2 do names[#names + 1] = cells[at] end
  if #names == 0 then return nil end
  for _, profile in ipairs(redis.call('HMGET', profiles, unpack(names))) do
    if profile then return nil end
  end
  local first, again, sinces, ids = tenants_of(tier, names, cells, slots), {}, {}, {}
  local next_first, next_again, taken, count, start = 1, 1, 0, 0, nil
  while taken < slots do
    local tenant, other = first[next_first], again[next_again]
    if other and (not tenant or other.tag < tenant.tag) then
      tenant, next_again = other, next_again + 1
    else
      next_first = next_first + 1
    end
    if not tenant then break end
    if tenant.met == #tenant.elements and not tenant.all then read_ahead(tenant, tenant.met) end
    local element = tenant.elements[tenant.met + 1]
    if element then
      if string.byte(element, SINCE_DIGITS + 1) ~= NEW then return nil end
      if tenant.met == 0 then count = count + 1 end
      tenant.met = tenant.met + 1
      taken = taken + 1
      sinces[taken], ids[taken] = string.sub(element, 1, SINCE_DIGITS), string.sub(element, SINCE_DIGITS + 2)
      again[taken] = tenant -- by its new tag
      start, tenant.tag = tenant.tag, tenant.tag + 1
    end
  end
  return {tenants = first, count = count, all = #cells <= 2 * slots, sinces = sinces, owners = again, ids = ids, start = start}
end
