-- What a call appends to queues, collected into one line per tier and tenant.
-- include: ready header
local lines = {{}, {}, {}, {}}

local function list(tier, tenant, arrival, id)
  local line = lines[tier][tenant]
  if not line then
    line = {}
    lines[tier][tenant] = line
  end
  line[#line + 1] = element_of(arrival, id)
  bump_arrival(tier, arrival, 1)
end

local function touch_lines()
  local names = {}
  for tier = 1, 4 do
    for tenant in pairs(lines[tier]) do names[#names + 1] = queue[tier] .. tenant end
  end
  touch(names)
end

local function push_lines()
  for tier = 1, 4 do
    for tenant, line in pairs(lines[tier]) do
      bump_line(tier, tenant, #line)
      push(tier, tenant, line)
    end
  end
end
