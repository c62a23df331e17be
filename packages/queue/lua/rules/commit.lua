-- The final writes of a script that moved actions. Their order matters: the ready index provides the number of new queues,
-- and the counts show whether there is anything to wake workers for.
-- from ready: write_ready
-- from counts: write_counts
-- from wake: write_wake
local function commit()
  write_ready()
  write_counts()
  write_wake()
end
