-- Call before the first write: an absent key of a migrating slot raises its error now instead of midway.
-- KEYS: queue*
local function touch(lists)
  if #lists > 0 then redis.call('EXISTS', unpack(lists)) end
end

local function touch_lists(tenants) -- a set of names
  local lists = {}
  for tenant in pairs(tenants) do
    for tier = 1, 4 do lists[#lists + 1] = queue[tier] .. tenant end
  end
  touch(lists)
end
