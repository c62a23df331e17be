-- Writes replies to an inbox until it is full. The others stay in the outbox and are retried. Each entry contains the number
-- of bytes before it, so the size of the inbox follows from its first and last entry.
-- KEYS: inbox
-- ARGV: maximum replies, maximum bytes, time at which the last caller stops waiting (Unix ms), replies
-- Output: number of replies written
-- Complexity: O(replies)
local MAX_REPLIES, MAX_BYTES, FIRST_REPLY, SHORTEST_MS = tonumber(ARGV[1]), tonumber(ARGV[2]), 4, 60000

local function edge(command, from, to) -- bytes before and after the reply at this place
  local entry = redis.call(command, inbox, from, to, 'COUNT', 1)[1]
  local before = entry and tonumber(entry[2][2]) or 0
  return before, entry and before + #entry[2][4] or 0
end

local time, length = redis.call('TIME'), redis.call('XLEN', inbox)
local first, _ = edge('XRANGE', '-', '+')
local _, last = edge('XREVRANGE', '+', '-')
local lives = math.max(tonumber(ARGV[3]) - time[1] * 1000, SHORTEST_MS, redis.call('PTTL', inbox))

redis.call('XDEL', inbox, '0-1') -- a first write that Redis does not refuse at maxmemory
local taken = 0
for at = FIRST_REPLY, #ARGV do
  local held = last - first
  if length > 0 and (length >= MAX_REPLIES or held + #ARGV[at] > MAX_BYTES) then break end
  redis.call('XADD', inbox, '*', 'before', string.format('%.0f', last), 'reply', ARGV[at])
  length, last, taken = length + 1, last + #ARGV[at], taken + 1
end
if length > 0 then redis.call('PEXPIRE', inbox, string.format('%.0f', lives)) end
return taken
