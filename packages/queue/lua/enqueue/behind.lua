-- Refuses new actions of a domain that keeps its history while its backlog is at a bound. The endings of admitted actions are
-- always kept, so the backlog exceeds its bound by what was stored when it was reached.
-- from history: rule_of_history
-- from backlog: read_backlog
local function is_behind()
  local rule = rule_of_history()
  if not rule or rule.drops then return false end
  local kept = read_backlog()
  return kept.entries >= rule.entries or kept.bytes >= rule.bytes
end
