-- The writes that close a script which moved actions. Their order counts: the ready index says how many queues came into
-- being, the counts say whether there is anybody to wake.
-- from ready: write_ready
-- from counts: write_counts
-- from wake: write_wake
local function commit()
  write_ready()
  write_counts()
  write_wake()
end
