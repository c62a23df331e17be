-- Removes endings that a recorder has stored.
-- from gap: GROUP
-- from backlog: read_backlog, forget_backlog, write_backlog
-- from memory: begin_writing
-- from touch: touch
-- KEYS: endings
-- ARGV: ids of entries
-- Output: number of entries that were removed
-- Complexity: O(entries)
local removed, kept = 0, read_backlog()
touch({endings})
begin_writing()
redis.call('XACK', endings, GROUP, unpack(ARGV))
for _, id in ipairs(ARGV) do
  if redis.call('XDEL', endings, id) == 1 then
    removed, kept.entries = removed + 1, kept.entries - 1
    kept.bytes = kept.bytes - tonumber(string.match(id, '%d+$'))
  end
end
if redis.call('XLEN', endings) == 0 then
  redis.call('UNLINK', endings)
  forget_backlog()
end
write_backlog()
return removed
