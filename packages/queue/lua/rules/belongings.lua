-- The keys that end with an action, which flags of its run announce: its journal, and the directory of the actions that it has sent.
-- from flags: has_flag, HAS_JOURNAL, has_children
-- KEYS: journal children
local function drop_any_journal(id)
  redis.pcall('UNLINK', journal .. id) -- nothing may fail now, and the slot may be moving
end

local function drop_journal(id, r)
  if has_flag(r, HAS_JOURNAL) then drop_any_journal(id) end
end

local function drop_children(id, r) -- not of a cancelled action: its directory says which are to be cancelled
  if has_children(r) then redis.pcall('UNLINK', children .. id) end
end
