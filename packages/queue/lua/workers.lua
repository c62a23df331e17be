-- Lists the live workers of a domain, up to 1,000.
-- from live_workers: live_workers
-- ARGV: none
-- Output: per worker: process, end of its registration in ms, its facts
-- Complexity: O(workers)
return live_workers(1000)
