-- Stops or resumes serving a domain, or one tenant of it; may refuse admission as well.
-- include: memory ready
-- KEYS: state
-- ARGV: tenant ('' for the domain), pause | resume, 1 to refuse admission too
-- Output: 1
-- Complexity: O(log tenants)
local tenant, pausing, refuses = ARGV[1], ARGV[2] == 'pause', ARGV[3] == '1'

begin_writing()
if tenant == '' then
  if pausing then
    redis.call('HSET', state, 'paused', refuses and 'admission' or 'serving')
  else
    redis.call('HDEL', state, 'paused')
    wake_wanted = true
  end
else
  touch_lists(tenant)
  hold(tenant, 'p', pausing)
  hold(tenant, 's', pausing and refuses)
end
write_counts()
write_wake()
return 1
