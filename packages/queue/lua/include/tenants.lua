-- The tenants of each tier in the order of their tags, as this claim goes on: the index is read
-- a page at a time, and tenants already served stand in `again` with their new tag. Reads only.
-- KEYS: ready*
local FIRST_PAGE, MOST_PAGE, lines = 4, 64, {}
for tier = 1, 4 do
  lines[tier] = {again = {}, first = 1, page = {}, at = 1, offset = 0, size = FIRST_PAGE, done = false}
end

local function turn_page(line, tier)
  line.page = redis.call('ZRANGE', ready[tier], line.offset, line.offset + line.size - 1, 'WITHSCORES')
  line.done = #line.page < 2 * line.size
  line.at, line.offset, line.size = 1, line.offset + line.size, math.min(2 * line.size, MOST_PAGE)
end

local function front(tier) -- tenant, start tag; at equal tags those not served yet go first
  local line = lines[tier]
  if line.tenant then return line.tenant, line.tag end
  if line.at > #line.page and not line.done then turn_page(line, tier) end
  local tag, again = tonumber(line.page[line.at + 1]), line.again[line.first]
  line.returns = again and (not tag or again.tag < tag)
  line.tenant, line.tag = line.page[line.at], tag
  if line.returns then line.tenant, line.tag = again.tenant, again.tag end
  return line.tenant, line.tag
end

local function take_front(tier)
  local line = lines[tier]
  if line.returns then line.first = line.first + 1 else line.at = line.at + 2 end
  line.tenant = nil
end

local function rejoin(tier, tenant, tag)
  local line = lines[tier]
  local at = #line.again + 1
  while at > line.first and line.again[at - 1].tag > tag do at = at - 1 end
  table.insert(line.again, at, {tenant = tenant, tag = tag})
  line.tenant = nil
end

local function next_on_page(tier, count)
  local line, tenants = lines[tier], {}
  for at = line.at, math.min(#line.page, line.at + 2 * count - 1), 2 do tenants[#tenants + 1] = line.page[at] end
  return tenants
end
