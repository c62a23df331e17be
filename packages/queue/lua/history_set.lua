-- Sets the rule by which a domain keeps its history, or ends it. Endings in the backlog stay for the recorders.
-- from memory: begin_writing
-- from clock: write_clock
-- KEYS: state
-- ARGV: rule as text; '' to keep none
-- Output: nothing
-- Complexity: O(1)
begin_writing()
write_clock()
if ARGV[1] == '' then redis.call('HDEL', state, 'history') else redis.call('HSET', state, 'history', ARGV[1]) end
return {}
