-- The tenants of each tier in the order of their tags, as this claim goes on: the index is read
-- a page at a time, and tenants already served stand in `again` with their new tag. Reads only.
-- KEYS: ready*
local PAGE, lines = 64, {}
for tier = 1, 4 do lines[tier] = {again = {}, page = {}, at = 1, offset = 0, done = false} end

local function turn_page(line, tier)
  line.page = redis.call('ZRANGE', ready[tier], line.offset, line.offset + PAGE - 1, 'WITHSCORES')
  line.at, line.offset, line.done = 1, line.offset + PAGE, #line.page < 2 * PAGE
end

local function front(tier) -- tenant, start tag; at equal tags those not served yet go first
  local line = lines[tier]
  if line.at > #line.page and not line.done then turn_page(line, tier) end
  local tag, again = tonumber(line.page[line.at + 1]), line.again[1]
  if again and (not tag or again.tag < tag) then return again.tenant, again.tag end
  return line.page[line.at], tag
end

local function take_front(tier)
  local line = lines[tier]
  if line.again[1] and line.again[1].tenant == front(tier) then
    table.remove(line.again, 1)
  else
    line.at = line.at + 2
  end
end

local function rejoin(tier, tenant, tag)
  local again = lines[tier].again
  local at = #again + 1
  while at > 1 and again[at - 1].tag > tag do at = at - 1 end
  table.insert(again, at, {tenant = tenant, tag = tag})
end
