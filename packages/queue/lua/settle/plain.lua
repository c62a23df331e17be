-- Attempts that are done and leave nothing but their ending in the history, which most are in a domain that keeps one.
-- from flags: is_flagged
-- from endings: append_done
-- from many: call_all
-- KEYS: actions
local ONLY_RECORDED = ' h+'
local plain_ids, plain_runs, plain_notes = {}, {}, {}

local function is_plain(text) -- true if nothing else of its run matters
  return not is_flagged(text) or string.sub(text, -#ONLY_RECORDED) == ONLY_RECORDED
end

local function note_plain(id, text, note)
  if not is_flagged(text) then return end
  local at = #plain_ids + 1
  plain_ids[at], plain_runs[at], plain_notes[at] = id, text, note
end

local function record_plain()
  for at, stored in ipairs(call_all('HMGET', actions, plain_ids)) do
    append_done(plain_ids[at], plain_runs[at], plain_notes[at], stored or '')
  end
end
