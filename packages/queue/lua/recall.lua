-- Reads the journal of a running action, under its lease.
-- from flags: has_flag, HAS_JOURNAL
-- from journal: size_of, adopt
-- from run: parse_run, write_run
-- from codes: NOT_OURS, WRITTEN
-- from touch: touch
-- from memory: begin_writing
-- KEYS: run journal
-- ARGV: action id, token
-- Output: code of a journal, then fields and texts
-- Complexity: O(entries)
local id = ARGV[1]
local r = parse_run(redis.call('HGET', run, id))
if not r or r.token ~= ARGV[2] then return {NOT_OURS} end
touch({journal .. id})
local fields = redis.call('HGETALL', journal .. id)
if #fields > 0 and not has_flag(r, HAS_JOURNAL) then -- answers came before it ran
  if size_of(id).is_foreign then fields = {} end
  begin_writing()
  adopt(id, r)
  write_run(id, r)
end
return {WRITTEN, unpack(fields)}
