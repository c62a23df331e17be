-- Turns among tenants on equal terms. Each turn moves the start tag of its tenant by 1, so tenants come up again in the order
-- in which they were served: two ordered lines are merged per tier. Only reads.
-- from header: SINCE_DIGITS
-- KEYS: ready* queue* profiles
local NEW, SLOTS, lines = string.byte('.'), tonumber(ARGV[3]), {}
local unusual = false -- a tenant has a profile, or an element ran before
local ids, sinces, owners = {}, {}, {}

local function new_line(tier)
  local cells = redis.call('ZRANGE', ready[tier], '0', SLOTS, 'WITHSCORES') -- one more, to see if these are all
  local line, names = {first = {}, again = {}, next_first = 1, next_again = 1, all = #cells <= 2 * SLOTS, share = 0, count = 0, start = nil}, {}
  lines[tier] = line
  for at = 1, math.min(#cells, 2 * SLOTS), 2 do
    local name = cells[at]
    names[#names + 1] = name
    line.first[#names] = {
      name = name, tag = tonumber(cells[at + 1]), list = queue[tier] .. name, whose = ' ' .. tier .. ' ' .. name .. ' ',
      tier = tier, elements = {}, all = false, met = 0,
    }
  end
  if #names == 0 then return line end
  line.share = math.ceil(SLOTS / #names) -- elements of each, so that together they fill the slots
  for _, profile in ipairs(redis.call('HMGET', profiles, unpack(names))) do unusual = unusual or profile end
  return line
end

local function front_of(tier) -- at equal tags tenants that were not served yet go first
  local line = lines[tier] or new_line(tier)
  local tenant, other = line.first[line.next_first], line.again[line.next_again]
  if other and (not tenant or other.tag < tenant.tag) then return other, true end
  return tenant, false
end

local function read_ahead(tenant, count) -- and one more, which shows if these are all
  local elements, from = tenant.elements, #tenant.elements
  local read = redis.call('LRANGE', tenant.list, from, from + count)
  tenant.all = #read <= count
  for at = 1, math.min(#read, count) do elements[from + at] = read[at] end
end

local function take_turn(tier, once) -- returns false if the queue of the tenant in front is empty, nil if no tenant is left
  local line, tenant, returns = lines[tier], front_of(tier)
  if not tenant then return nil end
  if returns then line.next_again = line.next_again + 1 else line.next_first = line.next_first + 1 end
  if tenant.met == #tenant.elements and not tenant.all then read_ahead(tenant, once and 1 or math.max(line.share, tenant.met)) end
  local element = tenant.elements[tenant.met + 1]
  if not element then return false end
  unusual = unusual or string.byte(element, SINCE_DIGITS + 1) ~= NEW
  if tenant.met == 0 then line.count = line.count + 1 end
  tenant.met = tenant.met + 1
  local at = #ids + 1
  sinces[at], ids[at], owners[at] = string.sub(element, 1, SINCE_DIGITS), string.sub(element, SINCE_DIGITS + 2), tenant
  line.start, tenant.tag = tenant.tag, tenant.tag + 1
  line.again[#line.again + 1] = tenant
  return true
end
