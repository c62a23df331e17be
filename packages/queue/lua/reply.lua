-- Puts replies into an inbox, which keeps the newest and expires.
-- KEYS: inbox
-- ARGV: most replies kept, time to live ms, replies
-- Output: how many it holds
-- Complexity: O(replies)
redis.call('LTRIM', inbox, 0, -1) -- a first write that Redis never refuses at maxmemory
for at = 3, #ARGV do redis.call('RPUSH', inbox, ARGV[at]) end
redis.call('LTRIM', inbox, -tonumber(ARGV[1]), -1)
redis.call('PEXPIRE', inbox, ARGV[2])
return redis.call('LLEN', inbox)
