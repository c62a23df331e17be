-- Endings of actions of a domain that keeps its history. Each is appended to the backlog by the script that makes it.
-- from history: rule_of_history
-- from backlog: read_backlog, append, write_backlog
-- from clock: now, clock_text
-- from flags: has_attempts, note_attempts
-- from gap: drop_oldest
-- from touch: touch
-- from codes: DONE
-- KEYS: endings attempts actions
local MOST_DROPPED, appended, now_text = 100, 0, string.format('%.0f', now)

local function touch_history() -- before the first write, like every undeclared key
  if rule_of_history() then touch({endings, attempts}) end
end

local function attempts_of(id, r) -- first claim, and time for which attempts have held a lease (µs)
  local first, ran = string.match(has_attempts(r) and redis.call('HGET', attempts, id) or '', '^(%d+) (%d+)$')
  if r.token == '0' then return first or '0', ran or '0' end
  local held = math.max(0, now * 1000 - tonumber(r.token))
  return first or r.token, string.format('%.0f', held + (ran or 0))
end

local function note_attempt(id, r) -- that ends, while its action does not; the run has to be written afterwards
  if not rule_of_history() or r.token == '0' then return end
  redis.call('HSET', attempts, id, table.concat({attempts_of(id, r)}, ' '))
  note_attempts(r, true)
end

local function drop_attempts(id, r)
  if not has_attempts(r) then return end
  redis.pcall('HDEL', attempts, id) -- nothing may fail now, and the slot may be moving
  note_attempts(r, false)
end

local function append_ending(id, r, ending) -- name; settled: 1 if a worker settled its last attempt; note; stored, if it is known
  local rule, token = rule_of_history(), r.token == '0' and clock_text or r.token
  if rule then
    local first, ran = attempts_of(id, r)
    local words = table.concat({
      ending.name, now_text, id, token, r.tier, r.tenant, first, ran,
      r.failures + r.stalls + ending.settled, r.stalls, r.redrives, r.cost, rule.keeps,
    }, ' ')
    local note = ending.name == DONE and not rule.keeps_result and '' or ending.note
    append(words, ending.stored or redis.call('HGET', actions, id) or '', note)
    appended = appended + 1
  end
  drop_attempts(id, r)
end

local function append_done(id, text, note, stored) -- an action that is done with its first attempt, by its run as text
  local rule = rule_of_history()
  if not rule then return end
  local token, whose, failures, stalls, rest = string.match(text, '^(%d+) (%d %S+) %d+ (%d+) (%d+) (%d+ [%d.e+-]+)')
  if not token then token, whose, failures, stalls, rest = '0', '4 -', 0, 0, '0 1' end -- malformed
  local ran = math.max(0, now * 1000 - token)
  local words = DONE .. ' ' .. now_text .. ' ' .. id .. ' ' .. token .. ' ' .. whose .. ' ' .. token .. ' '
    .. string.format('%d %d ', ran, failures + stalls + 1) .. stalls .. ' ' .. rest .. ' ' .. rule.keeps
  append(words, stored, rule.keeps_result and note or '')
  appended = appended + 1
end

local function write_endings()
  if appended == 0 then return end
  local rule, kept = rule_of_history(), read_backlog()
  if rule.drops then drop_oldest(rule, kept, math.max(MOST_DROPPED, 2 * appended)) end
  write_backlog()
end
