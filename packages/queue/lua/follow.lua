-- Reads the stream of an action after a place, and has further chunks sent to an inbox for a while. A stream that belongs to an
-- earlier action with the same id is skipped.
-- from clock: now
-- from run: parse_run, write_run
-- from header: parse_header
-- from flags: has_flag, set_flag, HAS_STREAM
-- from codes: FOLLOWED, UNFOLLOWED
-- KEYS: actions run dead stream followers
-- ARGV: action id, its tenant or '' for any, id of the last entry that was read, maximum bytes, inbox or '', ms for which the inbox
--       receives chunks
-- Output: code of a following, 1 if there are more entries, then entries: id, names and values. Unfollowed without entries
--         means unknown.
-- Complexity: O(entries), O(log followers)
local id, owner, after, MAX_BYTES, inbox, FOLLOWED_MS = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5], tonumber(ARGV[6])
local PAGE, MOST_FOLLOWERS = 64, 16
local key = stream .. id

local function read(tenant) -- the first is 1 if there are more; at least one entry if there is one; none of another tenant
  local found, bytes, from = {0}, 0, '(' .. after
  repeat
    local page = redis.call('XRANGE', key, from, '+', 'COUNT', PAGE)
    for _, entry in ipairs(page) do
      bytes = bytes + #entry[2][#entry[2]]
      if tenant ~= '' and entry[2][2] ~= tenant then return found end
      if #found > 1 and bytes > MAX_BYTES then
        found[1] = 1
        return found
      end
      found[#found + 1], from = entry, '(' .. entry[1]
    end
  until #page < PAGE
  return found
end

local function register() -- before its first write it has read both keys
  local name, most = followers .. id, redis.call('ZCARD', followers .. id)
  redis.call('ZREMRANGEBYSCORE', name, '-inf', string.format('%.0f', now))
  if most >= MOST_FOLLOWERS and not redis.call('ZSCORE', name, inbox) then return end
  redis.call('ZADD', name, string.format('%.0f', now + FOLLOWED_MS), inbox)
  redis.call('PEXPIRE', name, FOLLOWED_MS)
end

local function expect_end(r) -- also of an action that emits nothing; what is stored belongs to an earlier one
  redis.call('UNLINK', key)
  set_flag(r, HAS_STREAM, true)
  write_run(id, r)
end

local r = parse_run(redis.call('HGET', run, id))
local tenant = r and r.tenant
if not r then
  local stored = redis.call('HGET', actions, id)
  tenant = stored and parse_header(stored).tenant
end
if not tenant or redis.call('ZSCORE', dead, id) then return {UNFOLLOWED, unpack(read(owner))} end
if owner ~= '' and owner ~= tenant then return {UNFOLLOWED, 0} end
local entries = r and has_flag(r, HAS_STREAM) and read(owner) or {0}
if inbox ~= '' then
  register()
  if r and not has_flag(r, HAS_STREAM) then expect_end(r) end
end
return {FOLLOWED, unpack(entries)}
