-- The place of a stored action.
-- from codes: DELAYED, ACTIVE, DEAD, WAITING
-- KEYS: delayed active dead
local function place_of(id) -- and its time there (ms): when it is due, its lease ends, or it died; '' for a waiting action
  for name, index in pairs({[DELAYED] = delayed, [ACTIVE] = active, [DEAD] = dead}) do
    local at = redis.call('ZSCORE', index, id)
    if at then return name, at end
  end
  return WAITING, ''
end
