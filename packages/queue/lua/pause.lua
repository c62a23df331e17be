-- Pauses or resumes a domain, or one tenant of it; may refuse admission as well. Resuming a tenant also ends its throttling.
-- from state: paused, set_paused
-- from codes: PAUSED_MOVED, UNCHANGED, PAUSED_ADMISSION, PAUSED_SERVING, CHANGED
-- from touch: touch_lists
-- from memory: begin_writing
-- from wake: want_wake
-- from ready: hold
-- from holds: lift
-- from commit: commit
-- KEYS: suspects state held
-- ARGV: tenant ('' for the domain), pause
-- resume
-- move, 1 to refuse admission too, 1 to act even if the tenants have moved
-- Output: whether it changed anything; nothing if the tenants have moved
-- Complexity: O(log tenants)
local tenant, verb, refuses = ARGV[1], ARGV[2], ARGV[3] == '1'
local pausing = verb ~= 'resume'

if ARGV[4] ~= '1' and paused == PAUSED_MOVED then return UNCHANGED end

if not pausing and redis.call('EXISTS', state, held) == 0 then return CHANGED end -- nothing is paused, and no key is left behind

if tenant ~= '' then touch_lists({[tenant] = true}) end
begin_writing()
if tenant == '' then
  if pausing then
    set_paused(verb == 'move' and PAUSED_MOVED or refuses and PAUSED_ADMISSION or PAUSED_SERVING)
  else
    set_paused(nil)
    want_wake()
  end
else
  hold(tenant, 'p', pausing)
  hold(tenant, 's', pausing and refuses)
  if not pausing then lift({tenant}) end
  if not pausing and redis.call('EXISTS', suspects) == 1 then want_wake() end
end
commit()
return CHANGED
