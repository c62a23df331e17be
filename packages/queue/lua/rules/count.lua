-- A single counter, written at once; zero is deleted.
local function count_down(key, field, by)
  if redis.call('HINCRBY', key, field, -by) <= 0 then redis.call('HDEL', key, field) end
end
