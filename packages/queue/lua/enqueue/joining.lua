-- Actions that a call admits to sequences. The first of a sequence leads, and is listed in its queue; the others are blocked.
-- from header: element_of, parse_header
-- from counts: bump_waiting
-- from lines: list
-- from touch: touch
-- KEYS: sequence run
local members, behind, runs_made = {}, {}, {}

local function make_run(item) -- before its first claim, for an action whose queue element says that it has one
  local cost, flags = parse_header(item.arrival .. ' ' .. item.stored).cost, item.terms.sequence and ' s+' or ''
  local text = string.format('0 %d %s %s 0 0 0 %s%s', item.terms.tier, item.tenant, item.arrival, cost, flags)
  runs_made[#runs_made + 1], runs_made[#runs_made + 2] = item.id, text
end

local function admit_to_sequence(item)
  local key, tier = sequence .. item.tenant .. ':' .. item.terms.sequence, item.terms.tier
  local joining = members[key]
  if not joining then
    joining = {is_new = redis.call('EXISTS', key) == 0}
    members[key] = joining
  end
  if joining.is_new and #joining == 0 then
    list(tier, item.tenant, element_of(item.arrival, item.id, true))
  else
    bump_waiting(tier, item.tenant, item.arrival, 1)
    local others = behind[item.tenant]
    if not others then
      others = {}
      behind[item.tenant] = others
      touch({sequence .. item.tenant})
    end
    others[#others + 1], others[#others + 2] = item.arrival, item.id
  end
  joining[#joining + 1], joining[#joining + 2] = item.arrival, item.id
  make_run(item)
end

local function write_members()
  if #runs_made > 0 then redis.call('HSET', run, unpack(runs_made)) end
  for key, joining in pairs(members) do redis.call('ZADD', key, unpack(joining)) end
  for tenant, others in pairs(behind) do redis.call('ZADD', sequence .. tenant, unpack(others)) end
end
