-- The flags of a run, letters before a plus sign at its end. c: it was cancelled while it runs, so it ends as cancelled, and
-- returns to no queue; w: its handler only waits, and has no slot; a: an answer has come for which it waits; r: it has resumed,
-- and is charged by time from then on; p: parked; j: it has a journal; e: it has emitted chunks, whose stream has not ended;
-- s: it belongs to a sequence; k: it has sent actions; h: its ending goes to the history; m: the history has noted earlier attempts.
local FLAGGED = string.byte('+')
local ENDS_WITH_LEASE, WAITS, ANSWERED, PARKED, HAS_JOURNAL, HAS_STREAM, IN_SEQUENCE = '[warh]', 'w', 'a', 'p', 'j', 'e', 's'
local HAS_HISTORY = 'h'

local function is_flagged(text)
  return string.byte(text, -1) == FLAGGED
end

local function is_marked(text)
  return is_flagged(text) and string.find(text, ' %l*c%l*%+$') ~= nil
end

local function flag_words(flags)
  return flags == '' and '' or ' ' .. flags .. '+'
end

local function has_flag(r, flag)
  return string.find(r.flags, flag, 1, true) ~= nil
end

local function set_flag(r, flag, on)
  r.flags = string.gsub(r.flags, flag, '') .. (on and flag or '')
end

local function has_mark(r)
  return has_flag(r, 'c')
end

local function mark_cancelled(r)
  set_flag(r, 'c', true)
end

local function has_attempts(r)
  return has_flag(r, 'm')
end

local function note_attempts(r, on)
  set_flag(r, 'm', on)
end

local function has_children(r)
  return has_flag(r, 'k')
end

local function note_children(r)
  set_flag(r, 'k', true)
end
