-- Stops or resumes serving a domain, or one tenant of it; may refuse admission as well.
-- include: memory ready commit
-- KEYS: state suspects
-- ARGV: tenant ('' for the domain), pause | resume | move, 1 to refuse admission too, 1 even where the tenants moved away
-- Output: 1, or 0 where they moved away and nothing changed
-- Complexity: O(log tenants)
local tenant, verb, refuses = ARGV[1], ARGV[2], ARGV[3] == '1'
local pausing = verb ~= 'resume'

if ARGV[4] ~= '1' and paused == 'moved' then return 0 end

if tenant ~= '' then touch_lists({[tenant] = true}) end
begin_writing()
if tenant == '' then
  if pausing then
    paused = verb == 'move' and 'moved' or refuses and 'admission' or 'serving'
    redis.call('HSET', state, 'paused', paused)
  else
    paused = nil
    redis.call('HDEL', state, 'paused')
    wake_wanted = true
  end
else
  hold(tenant, 'p', pausing)
  hold(tenant, 's', pausing and refuses)
  if not pausing and redis.call('EXISTS', suspects) == 1 then wake_wanted = true end
end
commit()
return 1
