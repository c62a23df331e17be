-- Sends one command for many entries, and none for no entries.
local NOTHING = {}

local function call_all(command, key, cells)
  if #cells > 0 then return redis.call(command, key, unpack(cells)) end
  return NOTHING
end

local function names_in(set)
  local names = {}
  for name in pairs(set) do names[#names + 1] = name end
  return names
end

local function has_any(key, names) -- true if one of these fields of a hash exists
  for _, value in ipairs(redis.call('HMGET', key, unpack(names))) do
    if value then return true end
  end
end
