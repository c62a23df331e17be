-- The backlog of a domain that keeps its history: the stream of endings that no recorder has stored yet. The id of an entry is
-- <number of the ending>-<its size in bytes>, so that its size is known when it is removed. The state contains the last number,
-- the number of entries and their size.
-- from state: backlog
-- KEYS: state endings
local ENTRY_BYTES, its_backlog = 128, nil -- of an entry beside its texts

local function read_backlog() -- number of the last ending, entries, bytes
  if not its_backlog then
    local last, entries, bytes = string.match(backlog or '', '^(%d+) (%d+) (%d+)$')
    its_backlog = {last = tonumber(last or 0), entries = tonumber(entries or 0), bytes = tonumber(bytes or 0)}
  end
  return its_backlog
end

local function forget_backlog() -- the stream is empty; the numbers go on
  local kept = read_backlog()
  kept.entries, kept.bytes = 0, 0
end

local function append(words, stored, note)
  local kept, size = read_backlog(), ENTRY_BYTES + #words + #stored + #note
  kept.last, kept.entries, kept.bytes = kept.last + 1, kept.entries + 1, kept.bytes + size
  local id = string.format('%.0f-%d', kept.last, size)
  if note == '' then -- as most have none
    redis.call('XADD', endings, id, 'ending', words, 'action', stored)
  else
    redis.call('XADD', endings, id, 'ending', words, 'action', stored, 'note', note)
  end
end

local function write_backlog()
  local kept = read_backlog()
  redis.call('HSET', state, 'backlog', string.format('%.0f %.0f %.0f', kept.last, kept.entries, kept.bytes))
end
