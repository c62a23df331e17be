-- Counters in the fields of a hash, several at a time; zeros are deleted.
-- from many: call_all, names_in
local FEW = 3

local function add_each(key, names, fields) -- returns the new values
  local values = {}
  for at, field in ipairs(names) do values[at] = redis.call('HINCRBY', key, field, fields[field]) end
  return values
end

local function add_all(key, names, fields) -- the same in two commands; counters that fall to zero are not written
  local values, cells = redis.call('HMGET', key, unpack(names)), {}
  for at, field in ipairs(names) do
    values[at] = (values[at] or 0) + fields[field]
    if values[at] > 0 then cells[#cells + 1], cells[#cells + 2] = field, string.format('%d', values[at]) end
  end
  call_all('HSET', key, cells)
  return values
end

local function write_fields(key, fields) -- returns the counters that fell to zero
  local names, zeros = names_in(fields), {}
  local values = (#names > FEW and add_all or add_each)(key, names, fields)
  for at, value in ipairs(values) do
    if value <= 0 then zeros[#zeros + 1] = names[at] end
  end
  call_all('HDEL', key, zeros)
  return zeros
end
