-- Removes or returns the endings of a tenant among a page of those that no recorder has stored.
-- from gap: GROUP
-- from backlog: read_backlog, forget_backlog, write_backlog
-- from clock: now
-- from memory: begin_writing
-- KEYS: endings
-- ARGV: tenant, remove or read, id of the entry after which the page begins, maximum entries of the page
-- Output: now ms, id of the last entry of the page or '' after the last of all, number of endings of the tenant,
-- then, if they are read, per ending: id, ending, action, note
-- Complexity: O(entries of the page)
local tenant, removes, after, most = ARGV[1], ARGV[2] == 'remove', ARGV[3], tonumber(ARGV[4])
local MAX_BYTES, bytes, last, own, cells = 4194304, 0, '', {}, {}

local function tenant_of(entry) -- nil for a gap
  return string.match(entry[2][2], '^%l+ %d+ %S+ %d+ %d (%S+)')
end

local page = redis.call('XRANGE', endings, '(' .. after, '+', 'COUNT', most)
if #page == most then last = page[most][1] end
for _, entry in ipairs(page) do
  if tenant_of(entry) == tenant then
    own[#own + 1] = entry[1]
    if not removes then
      cells[#cells + 1] = entry[1]
      for at = 2, 6, 2 do cells[#cells + 1] = entry[2][at] or '' end
      bytes = bytes + tonumber(string.match(entry[1], '%d+$'))
    end
  end
  if bytes >= MAX_BYTES then
    last = entry[1]
    break
  end
end

if removes and #own > 0 then
  local kept = read_backlog()
  begin_writing()
  redis.call('XACK', endings, GROUP, unpack(own))
  redis.call('XDEL', endings, unpack(own))
  kept.entries = kept.entries - #own
  for _, id in ipairs(own) do kept.bytes = kept.bytes - tonumber(string.match(id, '%d+$')) end
  if redis.call('XLEN', endings) == 0 then
    redis.call('UNLINK', endings)
    forget_backlog()
  end
  write_backlog()
end
return {string.format('%.0f', now), last, tostring(#own), unpack(cells)}
