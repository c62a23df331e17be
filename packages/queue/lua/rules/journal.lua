-- The journal of an action: field `<name>` says what the name stands for, `=<name>` what it resolved to, and the field '' how
-- many names there are and their size. The first write of a field wins, and each name has room for its answer. A journal that
-- begins before the action has a run expires, and also stores its arrival: another action with the same id must not see it.
-- from touch: touch
-- from header: parse_header
-- from flags: has_flag, set_flag, HAS_JOURNAL
-- KEYS: journal actions
local JOURNAL_NAMES, JOURNAL_BYTES, SMALL, SIZE = 1000, 1048576, 4096, '' -- a small field always fits: an error can be told
local sizes = {}

local function arrival_of(id)
  return parse_header(redis.call('HGET', actions, id)).arrival
end

local function size_of(id)
  local size = sizes[id]
  if not size then
    local text = redis.call('HGET', journal .. id, SIZE)
    local names, bytes, owner = string.match(text or '0 0', '^(%d+) (%d+) ?(%d*)$')
    local is_foreign = owner ~= '' and owner ~= arrival_of(id)
    size = {names = is_foreign and 0 or tonumber(names), bytes = is_foreign and 0 or tonumber(bytes), owner = owner, is_foreign = is_foreign}
    sizes[id] = size
  end
  return size
end

local function is_written(id, field)
  return not size_of(id).is_foreign and redis.call('HEXISTS', journal .. id, field) == 1
end

local function adds_name(id, field, more) -- a new field whose name has neither a meaning nor an answer yet
  local other = string.sub(field, 1, 1) == '=' and string.sub(field, 2) or '=' .. field
  return not more[other] and not is_written(id, other)
end

local function exceeded_by(id, field, text, more) -- the bound that a field exceeds beside `more`, which is not written yet
  local size, bytes = size_of(id), #field + #text
  if adds_name(id, field, more) and size.names + more.names >= JOURNAL_NAMES then return 'names' end
  if bytes > SMALL and size.bytes + more.bytes + bytes > JOURNAL_BYTES then return 'bytes' end
end

local function drop_foreign(id)
  local size = size_of(id)
  if size.is_foreign then redis.call('UNLINK', journal .. id) end
  size.is_foreign, size.owner = false, ''
end

local function adopt(id, r) -- from now on it lives as long as its action
  if has_flag(r, HAS_JOURNAL) then return end
  if size_of(id).owner ~= '' then
    drop_foreign(id)
    redis.call('PERSIST', journal .. id)
  end
  set_flag(r, HAS_JOURNAL, true)
end

local function begin_early(id) -- for an action without a run
  drop_foreign(id)
  size_of(id).owner = arrival_of(id)
end

local function write_field(id, field, text) -- a new field that fits
  local size = size_of(id)
  if adds_name(id, field, {}) then size.names = size.names + 1 end
  size.bytes = size.bytes + #field + #text
  local words = string.format('%d %d', size.names, size.bytes) .. (size.owner == '' and '' or ' ' .. size.owner)
  redis.call('HSET', journal .. id, field, text, SIZE, words)
end

local function touch_journals(ids) -- before the first write, like every undeclared key
  local names = {}
  for at, id in ipairs(ids) do names[at] = journal .. id end
  touch(names)
end
