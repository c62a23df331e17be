-- The journal of an action: field `<name>` says what the name stands for, `=<name>` what it resolved to, and the field '' how
-- many fields there are and their size. The first write of a field wins.
-- from touch: touch
-- from flags: has_flag, HAS_JOURNAL
-- KEYS: journal
local JOURNAL_FIELDS, JOURNAL_BYTES, SMALL, SIZE = 2000, 1048576, 4096, '' -- a small field always fits: an error can be told
local sizes = {}

local function size_of(id)
  local size = sizes[id]
  if not size then
    local fields, bytes = string.match(redis.call('HGET', journal .. id, SIZE) or '0 0', '^(%d+) (%d+)$')
    size = {fields = tonumber(fields), bytes = tonumber(bytes)}
    sizes[id] = size
  end
  return size
end

local function fits(id, field, text)
  local size, bytes = size_of(id), #field + #text
  return size.fields < JOURNAL_FIELDS and (bytes <= SMALL or size.bytes + bytes <= JOURNAL_BYTES)
end

local function is_written(id, field)
  return redis.call('HEXISTS', journal .. id, field) == 1
end

local function write_field(id, field, text) -- a new field that fits
  local size = size_of(id)
  size.fields, size.bytes = size.fields + 1, size.bytes + #field + #text
  redis.call('HSET', journal .. id, field, text, SIZE, string.format('%d %d', size.fields, size.bytes))
end

local function touch_journals(ids) -- before the first write, like every undeclared key
  local names = {}
  for at, id in ipairs(ids) do names[at] = journal .. id end
  touch(names)
end

local function drop_journal(id, r)
  if has_flag(r, HAS_JOURNAL) then redis.pcall('UNLINK', journal .. id) end -- nothing may fail now, and the slot may be moving
end
