-- The rule by which a domain keeps its history, if it does. A rule of any other form keeps none.
-- from state: history
local its_rule

local function rule_of_history() -- nil if the domain keeps none
  if history and its_rule == nil then
    local data, result, entries, bytes, behind = string.match(history, '^([d-])([r-]) (%d+) (%d+) (%l+)$')
    its_rule = data and {
      keeps = data .. result, keeps_result = result == 'r', entries = tonumber(entries), bytes = tonumber(bytes),
      drops = behind == 'drop',
    }
  end
  return its_rule
end
