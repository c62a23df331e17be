-- The items of a settle call and their stored runs.
-- from many: call_all
-- KEYS: run
local FIRST_OUTCOME, OUTCOME_SIZE, ITEM_SIZE = 7, 6, 3
local FIRST_ITEM, ids = FIRST_OUTCOME + ARGV[6] * OUTCOME_SIZE, {}

for at = FIRST_ITEM, #ARGV, ITEM_SIZE do ids[#ids + 1] = ARGV[at] end
local runs = call_all('HMGET', run, ids)
