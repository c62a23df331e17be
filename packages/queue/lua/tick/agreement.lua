-- Settings that must be the same for all workers of a domain.
-- KEYS: state
local function agree(settings) -- stores those of this worker; returns those of an earlier one that differ
  local earlier = redis.call('HGET', state, 'settings')
  if earlier == settings then return '' end
  redis.call('HSET', state, 'settings', settings)
  return earlier or ''
end
