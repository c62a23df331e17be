-- Removes the registration of a worker that stops.
-- from registration: drop_workers
-- from memory: begin_writing
-- ARGV: process
-- Output: nothing
-- Complexity: O(log workers)
begin_writing()
drop_workers({ARGV[1]})
return {}
