-- The writes that close a script which moved actions. Their order counts: the ready index says how many queues came into
-- being, the counts say whether there is anybody to wake.
-- include: ready counts wake
local function commit()
  write_ready()
  write_counts()
  write_wake()
end
