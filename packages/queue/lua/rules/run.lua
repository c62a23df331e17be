-- The record of an action's attempts, beside its immutable envelope. Token 0: not running; since: the clock when it last
-- joined a queue. A claim replaces the token and keeps the rest. Two more fields follow only if an attempt was put off: the
-- times (ms) at which it was first throttled and first met no handler; 0 for never. A third one is the charge (µs) of a
-- claim that shares by time. While it runs, @ and the process that holds its lease follow. The last word is a set of flags
-- and a plus sign, if there are flags: a run that ends with a plus sign needs more than the usual paths do.
-- from flags: ENDS_WITH_LEASE, HAS_JOURNAL, IN_SEQUENCE, flag_words, has_flag
-- from header: parse_header
-- from many: call_all
-- KEYS: actions run
local function holder_and_flags(words) -- returns nil if they are malformed
  local holder, rest = string.match(words, '^ ?@([%w_-]+)(.*)$')
  rest = rest or words
  if rest == '' then return holder or '', '' end
  return holder or '', string.match(rest, '^ ?(%l+)%+$')
end

local function parse_run(text) -- returns nil for a malformed run
  local token, tier, tenant, since, failures, stalls, redrives, cost, put_off, words =
    string.match(text or '', '^(%d+) ([1-4]) (%S+) (%d+) (%d+) (%d+) (%d+) (%S+)([%d ]*)(.*)$')
  local throttled, unhandled, charged = string.match(put_off or '', '^ (%d+) (%d+) ?(%d*) ?$')
  local holder, flags = holder_and_flags(words or '?')
  return flags and {
    tier = tonumber(tier), tenant = tenant, token = token, since = since, failures = tonumber(failures),
    stalls = tonumber(stalls), redrives = tonumber(redrives), cost = cost,
    throttled = throttled or '0', unhandled = unhandled or '0', charged = charged or '', holder = holder, flags = flags,
  }
end

local function new_run(header)
  return {
    tier = header.tier, tenant = header.tenant, token = '0', since = header.arrival,
    failures = 0, stalls = 0, redrives = 0, cost = header.cost, throttled = '0', unhandled = '0', charged = '', holder = '',
    flags = header.sequence == '' and '' or IN_SEQUENCE,
  }
end

local function lost_run(id) -- replaces a malformed run: its attempts start over
  return new_run(parse_header(redis.call('HGET', actions, id)))
end

local function read_runs(ids) -- id → run, for actions that have one
  local runs = {}
  for at, text in ipairs(call_all('HMGET', run, ids)) do
    if text then runs[ids[at]] = parse_run(text) or lost_run(ids[at]) end
  end
  return runs
end

local function read_run(id)
  return read_runs({id})[id]
end

local function is_suspect(r, max_stalls) -- true on its last permitted stall: it waits separately and runs alone
  return r.stalls > 0 and r.stalls >= max_stalls
end

local function has_run(r) -- true if a handler may have received it
  return r.token ~= '0' or r.failures + r.stalls + r.redrives > 0 or r.throttled ~= '0' or has_flag(r, HAS_JOURNAL)
end

local function run_text(r)
  local text = string.format('%s %d %s %s %d %d %d %s', r.token, r.tier, r.tenant, r.since, r.failures, r.stalls, r.redrives, r.cost)
  local charged = r.token ~= '0' and r.charged or '' -- the charge of an attempt ends with its lease
  if charged ~= '' or r.throttled ~= '0' or r.unhandled ~= '0' then
    text = text .. ' ' .. r.throttled .. ' ' .. r.unhandled .. (charged == '' and '' or ' ' .. charged)
  end
  if r.token == '0' then return text .. flag_words((string.gsub(r.flags, ENDS_WITH_LEASE, ''))) end
  return text .. (r.holder == '' and '' or ' @' .. r.holder) .. flag_words(r.flags)
end

local function write_run(id, r)
  redis.call('HSET', run, id, run_text(r))
end
