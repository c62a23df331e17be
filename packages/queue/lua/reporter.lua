-- Makes a process the reporter of a domain for some time, unless another process is.
-- from memory: begin_writing
-- from codes: NOT_REPORTER, REPORTER
-- KEYS: reporter
-- ARGV: process, ms
-- Output: whether it is the reporter
-- Complexity: O(1)
local holder = redis.call('GET', reporter)
if holder and holder ~= ARGV[1] then return NOT_REPORTER end
begin_writing()
redis.call('SET', reporter, ARGV[1], 'PX', ARGV[2])
return REPORTER
