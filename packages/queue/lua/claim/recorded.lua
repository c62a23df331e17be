-- Marks the runs that a domain with a history claims, so that they do not end in the usual way.
-- from state: history
-- from flags: flag_words, HAS_HISTORY
local function recorded(flags) -- flags of a run as text
  return history and flag_words(string.match(flags, '%l*', 2) .. HAS_HISTORY) or flags
end
