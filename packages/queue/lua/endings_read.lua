-- Hands endings to a recorder: first those that another one received and did not store in time. A gap becomes an entry.
-- from gap: GROUP, read_gap, gap_words
-- from backlog: read_backlog, forget_backlog, append, write_backlog
-- from clock: now
-- from memory: begin_writing
-- KEYS: state endings
-- ARGV: maximum entries, time after which an entry is handed out again (ms)
-- Output: now ms, then per entry: id, ending, action, note
-- Complexity: O(entries)
local most, patience = tonumber(ARGV[1]), ARGV[2]
local AT_ONCE, MAX_BYTES, CONSUMER, START = 16, 4194304, 'recorder', '0-0'
local rows, bytes, count = {string.format('%.0f', now)}, 0, 0

local function add(entries)
  for _, entry in ipairs(entries) do
    if entry and entry[2] then -- not removed meanwhile
      count, bytes = count + 1, bytes + tonumber(string.match(entry[1], '%d+$'))
      rows[#rows + 1] = entry[1]
      for at = 2, 6, 2 do rows[#rows + 1] = entry[2][at] or '' end
    end
  end
end

local function has_room()
  return count < most and bytes < MAX_BYTES
end

local function close_gap(gap)
  append('gap ' .. gap_words(gap), '', '')
  redis.call('HDEL', state, 'gap')
  write_backlog()
end

local function take_again()
  local cursor, found = START, nil
  repeat
    cursor, found = unpack(redis.call('XAUTOCLAIM', endings, GROUP, CONSUMER, patience, cursor, 'COUNT', math.min(AT_ONCE, most - count)))
    add(found)
  until cursor == START or not has_room()
end

local function take_new()
  while has_room() do
    local found = redis.call('XREADGROUP', 'GROUP', GROUP, CONSUMER, 'COUNT', math.min(AT_ONCE, most - count), 'STREAMS', endings, '>')
    if not found then return end
    add(found[1][2])
  end
end

local is_empty, gap = redis.call('EXISTS', endings) == 0, read_gap()
if is_empty and not gap and read_backlog().entries == 0 then return rows end
begin_writing()
if is_empty then -- also if somebody deleted it
  forget_backlog()
  write_backlog()
  if not gap then return rows end
end
if gap then close_gap(gap) end
if #redis.call('XINFO', 'GROUPS', endings) == 0 then redis.call('XGROUP', 'CREATE', endings, GROUP, '0') end
take_again()
take_new()
return rows
