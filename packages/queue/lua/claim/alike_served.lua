-- Updates the queues of tenants on equal terms after a claim: removes the taken elements, and moves the tenants in the index
-- to their new tags or parks them. Follows the rules of `served` and `ready`.
-- from tag: tag_words
-- from many: call_all
-- KEYS: ready* parked*
local function keep_index(tier, line, leaving, tags) -- some tenants are left; those whose queue is empty are parked
  local passed = redis.call('ZRANGE', parked[tier], '-inf', tag_words(line.start), 'BYSCORE', 'LIMIT', '0', 2 * line.count)
  call_all('ZREM', parked[tier], passed)
  call_all('ZADD', parked[tier], tags)
  call_all('ZREM', ready[tier], leaving)
  return line.start
end

local function rest_index(tier, latest) -- the index is empty: V passes every tag, so no tag has to be kept
  local top = redis.call('ZREVRANGE', parked[tier], '0', '0', 'WITHSCORES')
  redis.call('UNLINK', parked[tier], ready[tier])
  return math.max(latest, tonumber(top[2] or '0'))
end

local function leave_queues(tier, line) -- returns V, the number of queues that ended, and true if the tier has no more
  local cells, leaving, tags, lists, latest = {}, {}, {}, {}, line.start
  for _, tenant in ipairs(line.first) do
    if tenant.all and tenant.met == #tenant.elements then
      local at = #leaving + 1
      leaving[at], lists[at], latest = tenant.name, tenant.list, math.max(latest, tenant.tag)
      tags[2 * at - 1], tags[2 * at] = tag_words(tenant.tag), tenant.name
    elseif tenant.met > 0 then
      redis.call('LTRIM', tenant.list, tenant.met, '-1')
      cells[#cells + 1], cells[#cells + 2] = tag_words(tenant.tag), tenant.name
    end
  end
  if #lists > 0 then redis.call('UNLINK', unpack(lists)) end
  if #cells > 0 then redis.call('ZADD', ready[tier], 'XX', unpack(cells)) end
  local is_over = line.all and #leaving == #line.first
  return is_over and rest_index(tier, latest) or keep_index(tier, line, leaving, tags), #leaving, is_over
end
