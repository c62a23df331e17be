-- Lists actions of one tenant in one state, page by page. A page may contain fewer actions than asked for, or none, before
-- the last one.
-- from codes: WAITING, BLOCKED, DELAYED, ACTIVE, DEAD
-- from queued: list_queued
-- from indexed: list_indexed
-- KEYS: delayed active dead blocked
-- ARGV: tenant, state, maximum number of actions, position of the previous page: two words, or two empty ones
-- Output: position of the next page: two words, or two empty ones; then per action: id, its time in ms, run, stored, note
-- Complexity: O(log actions), at most 1,000 entries
local tenant, place, most = ARGV[1], ARGV[2], tonumber(ARGV[3])
local indexes = {[BLOCKED] = blocked .. tenant, [DELAYED] = delayed, [ACTIVE] = active, [DEAD] = dead}
if place == WAITING then return list_queued(tenant, most, ARGV[4], ARGV[5]) end
return list_indexed(indexes[place], tenant, most, ARGV[4], ARGV[5])
