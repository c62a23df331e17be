-- Gaps in the history: at a bound of the backlog the oldest endings that no recorder has received are dropped, and the state
-- contains the first and last of them (ms, id), and their number and size, until a recorder receives these as an entry.
-- from many: call_all
-- KEYS: state endings
local GROUP = 'recorders'

local function last_delivered() -- id of the last entry that a recorder received
  for _, group in ipairs(redis.call('XINFO', 'GROUPS', endings)) do
    for at = 1, #group, 2 do
      if group[at] == 'last-delivered-id' then return group[at + 1] end
    end
  end
  return '0-0'
end

local function read_gap() -- nil if there is none
  local first, last, count, size = string.match(redis.call('HGET', state, 'gap') or '', '^(%d+ %S+) (%d+ %S+) (%d+) (%d+)$')
  return count and {count = tonumber(count), size = tonumber(size), first = first, last = last}
end

local function gap_words(gap)
  return gap.first .. ' ' .. gap.last .. string.format(' %.0f %.0f', gap.count, gap.size)
end

local function joined(gap, size, text) -- with a dropped entry: an ending, or an earlier gap
  local first, last, count, gap_size = string.match(text, '^gap (%d+ %S+) (%d+ %S+) (%d+) (%d+)$')
  if not count then
    count, gap_size, first = 1, size, string.match(text, '^%l+ (%d+ %S+)')
    last = first
  end
  if not gap then return {count = count, size = gap_size, first = first, last = last} end
  return {count = gap.count + count, size = gap.size + gap_size, first = gap.first, last = last}
end

local function drop_oldest(rule, kept, most) -- what recorders have received is theirs, and stays
  local gap, ids, after = nil, {}, nil
  while #ids < most and (kept.entries > rule.entries or kept.bytes > rule.bytes) do
    after = after or last_delivered()
    local entry = redis.call('XRANGE', endings, '(' .. after, '+', 'COUNT', 1)[1]
    if not entry then break end
    local size = tonumber(string.match(entry[1], '%d+$'))
    gap, after, ids[#ids + 1] = joined(gap or read_gap(), size, entry[2][2]), entry[1], entry[1]
    kept.entries, kept.bytes = kept.entries - 1, kept.bytes - size
  end
  if not gap then return end
  call_all('XDEL', endings, ids)
  redis.call('HSET', state, 'gap', gap_words(gap))
end
