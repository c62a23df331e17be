-- Registers child actions of a running action before they are sent, so that cancelling it reaches them. A cancelled action
-- registers no more.
-- from flags: is_marked, has_children, note_children
-- from run: parse_run, write_run
-- from codes: UNREGISTERED, REGISTERED, FULL, REVOKED, REFUSED
-- KEYS: run revoked children
-- ARGV: action id, token, children as domain and id
-- Output: the action no longer runs: unregistered
-- registered
-- full: some are not registered
-- revoked: its lease was reclaimed
-- refused: it was cancelled
-- Complexity: O(children)
local id, token, MOST, TTL_MS = ARGV[1], ARGV[2], 10000, 86400000
local key, text = children .. id, redis.call('HGET', run, id) or ''

if redis.call('ZSCORE', revoked, id .. ':' .. token) then return REVOKED end
if string.match(text, '^%d+') ~= token then return UNREGISTERED end
if is_marked(text) then return REFUSED end
local room = MOST - redis.call('SCARD', key)
if room <= 0 then return FULL end
local r = parse_run(text)
redis.call('SADD', key, unpack(ARGV, 3, math.min(#ARGV, room + 2)))
redis.call('PEXPIRE', key, TTL_MS)
if r and not has_children(r) then
  note_children(r)
  write_run(id, r)
end
return room < #ARGV - 2 and FULL or REGISTERED
