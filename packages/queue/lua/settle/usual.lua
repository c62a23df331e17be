-- The usual settle as straight code: all attempts are done and leave nothing behind, and their tenants have default terms.
-- Same result as for single items. Returns nothing if something has to be decided.
-- from flags: is_flagged
-- from runs: FIRST_ITEM, ITEM_SIZE, ids, runs
-- from fields: write_fields
-- from memory: begin_writing
-- from many: names_in, has_any
-- from look: is_more_ready
-- KEYS: run active actions held suspects profiles paces inflight counts
if ARGV[4] ~= 'turns' or ARGV[6] ~= '1' or ARGV[8] ~= 'done' or ARGV[11] ~= '0' or ARGV[12] ~= '' then return nil end

local ended, of_tenants, of_tiers = {}, {}, {}
for at, text in ipairs(runs) do
  local id, token, tier, tenant = ids[at], string.match(text or '', '^(%d+) (%d) (%S+)')
  if token ~= ARGV[FIRST_ITEM + 1 + (at - 1) * ITEM_SIZE] or ended[id] or is_flagged(text) then return nil end
  ended[id], tier = true, 'a' .. tier
  of_tenants[tenant], of_tiers[tier] = (of_tenants[tenant] or 0) - 1, (of_tiers[tier] or 0) - 1
end
for _, deadline in ipairs(redis.call('ZMSCORE', active, unpack(ids))) do
  if not deadline then return nil end
end

if redis.call('EXISTS', suspects, paces) > 0 then return nil end
if redis.call('EXISTS', held, profiles) > 0 then
  local tenants = names_in(of_tenants)
  if has_any(held, tenants) or has_any(profiles, tenants) then return nil end
end

begin_writing()
redis.call('HDEL', actions, unpack(ids))
redis.call('HDEL', run, unpack(ids))
redis.call('ZREM', active, unpack(ids))
write_fields(inflight, of_tenants)
write_fields(counts, of_tiers)
return {is_more_ready()}
