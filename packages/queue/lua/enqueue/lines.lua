-- Elements that a call appends to queues, collected per tier and tenant.
-- from counts: bump_arrival, bump
-- from touch: touch
-- from ready: push
-- KEYS: queue* depth counts
local lines = {}

local function list(tier, tenant, element) -- an element begins with its arrival
  local of_tier = lines[tier] or {}
  local line = of_tier[tenant] or {}
  lines[tier], of_tier[tenant] = of_tier, line
  line[#line + 1] = element
  bump_arrival(tier, element, 1)
end

local function touch_lines()
  local names = {}
  for tier, of_tier in pairs(lines) do
    for tenant in pairs(of_tier) do names[#names + 1] = queue[tier] .. tenant end
  end
  touch(names)
end

local function push_lines()
  for tier, of_tier in pairs(lines) do
    local count = 0
    for tenant, line in pairs(of_tier) do
      count = count + #line
      bump(depth, tenant, #line)
      push(tier, tenant, line)
    end
    bump(counts, 'w' .. tier, count)
  end
end
