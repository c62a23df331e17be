-- Facts about a waiting action: its place in its queue, and what keeps its tenant from being served.
-- from state: paused, throttled_until
-- from header: element_of
-- from share: share_of
-- KEYS: queue* held holds inflight profiles ready* suspects state sequence
local MOST_AHEAD = 1000

local function place_in(list, element) -- number of elements ahead of it; nothing if there are more than the maximum
  return redis.call('LPOS', list, element, 'MAXLEN', MOST_AHEAD + 1)
end

local function explain_share(tier, tenant, fact)
  local weight, others_weight, others = share_of(tier, tenant)
  fact('weight', string.format('%.17g', weight))
  fact('others_weight', string.format('%.17g', others_weight))
  fact('others', others)
  fact('rank', redis.call('ZRANK', ready[tier], tenant))
  for each = 1, tier - 1 do
    if redis.call('EXISTS', ready[each]) == 1 then fact('ready' .. each, '1') end
  end
end

local function explain_sequence(id, header, fact) -- of a blocked action: its leader, and the number of actions before it
  if header.sequence == '' then return end
  local key = sequence .. header.tenant .. ':' .. header.sequence
  local before = redis.call('ZRANK', key, id)
  if not before or before == 0 then return end
  fact('sequence_ahead', before)
  fact('leader', redis.call('ZRANGE', key, '0', '0')[1])
end

local function explain_waiting(id, header, r, fact)
  local tier, tenant = header.tier, header.tenant
  local element = element_of(r and r.since or header.arrival, id, r)
  local ahead = place_in(queue[tier] .. tenant, element)
  local suspect_ahead = r and not ahead and place_in(suspects, element)
  fact('ahead', ahead)
  fact('suspect_ahead', suspect_ahead)
  explain_sequence(id, header, fact)
  fact('paused', paused)
  fact('held', redis.call('HGET', held, tenant))
  fact('held_until', redis.call('ZSCORE', holds, tenant))
  fact('inflight', redis.call('HGET', inflight, tenant) or '0')
  fact('profile', redis.call('HGET', profiles, tenant))
  fact('settings', redis.call('HGET', state, 'settings'))
  fact('throttles', throttled_until and redis.call('HGET', state, 'throttles'))
  explain_share(tier, tenant, fact)
end
