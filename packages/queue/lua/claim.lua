-- Hands out the next actions by tier and fair share: a plan made of reads, then its writes.
-- KEYS: calls inflight profiles suspects held
-- include: clock memory calls counts ready tiers elements ending due
-- ARGV: process, call, slots, lease ms, strict | weighted, floor, weight of tier 1 2 3 4, 1 to accept a suspect
-- Output: clock µs, ms until something is due ('' for never), then per action: id, token, since µs, suspect, run, stored
-- Complexity: O(log tenants) per action
local process, call, slots, lease = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local mode, floor, accepts_suspect = ARGV[5], tonumber(ARGV[6]), ARGV[11] == '1'
local MAX_BYTES, MAX_PASSED, SUSPECTS_SEEN = 4194304, 100, 10
local picked, bytes, touched, capped = {}, 0, {}, {}

local function reply(items)
  local rows = {clock_text, due_in_ms()}
  for _, item in ipairs(items) do
    for _, cell in ipairs({item.id, item.run.token, string.format('%.0f', item.since), item.suspect and '1' or '0', run_text(item.run), item.stored}) do
      rows[#rows + 1] = cell
    end
  end
  return rows
end

local earlier = earlier_answer(process, call)
if earlier then -- still leased under the same tokens, or not at all
  local items = {}
  for _, kept in ipairs(cjson.decode(earlier)) do
    local r = read_run(kept.id)
    if r and r.token == kept.token then
      items[#items + 1] = {id = kept.id, run = r, since = tonumber(kept.since), suspect = kept.suspect, stored = redis.call('HGET', actions, kept.id)}
    end
  end
  return reply(items)
end

local load = {} -- tenant → running actions, weight, cap
local function load_of(tenant)
  if not load[tenant] then
    local weight, cap = string.match(redis.call('HGET', profiles, tenant) or '1 -1', '^(%S+) (%S+)$')
    load[tenant] = {running = tonumber(redis.call('HGET', inflight, tenant) or '0'), weight = tonumber(weight), cap = tonumber(cap)}
  end
  return load[tenant]
end

local function at_cap(tenant)
  return load_of(tenant).cap >= 0 and load_of(tenant).running >= load_of(tenant).cap
end

local function pick(item)
  load_of(item.header.tenant).running = load_of(item.header.tenant).running + 1
  bytes = bytes + #item.stored
  picked[#picked + 1] = item
end

local function pick_suspect()
  for _, element in ipairs(redis.call('LRANGE', suspects, 0, SUSPECTS_SEEN - 1)) do
    local item = live(element)
    if not item then
      redis.call('LREM', suspects, 1, element)
    elseif redis.call('HEXISTS', held, item.header.tenant) == 0 and not at_cap(item.header.tenant) then
      item.suspect, item.element = true, element
      return pick(item)
    end
  end
end

