-- Day limit: one counter per tenant and UTC day, for the day of the slot.
-- from fields: write_fields
-- from clock: now
-- KEYS: day
local DAY_MS, admitted, earlier, over = 86400000, {}, {}, {}

local function day_of(slot)
  return math.floor(slot / DAY_MS)
end

local function admitted_on(date, tenant)
  local key = date .. tenant
  earlier[key] = earlier[key] or tonumber(redis.call('HGET', day .. date, tenant) or '0')
  return earlier[key] + (admitted[date] and admitted[date][tenant] or 0)
end

local function count_day(date, tenant, by)
  admitted[date] = admitted[date] or {}
  admitted[date][tenant] = (admitted[date][tenant] or 0) + by
end

local function touch_days() -- the first admission of a day deletes the table of two days before
  for date in pairs(admitted) do
    if redis.call('EXISTS', day .. date) == 0 and redis.call('EXISTS', day .. (date - 2)) == 1 then over[date - 2] = true end
  end
end

local function write_days()
  for date in pairs(over) do redis.call('UNLINK', day .. date) end
  for date, tenants in pairs(admitted) do
    write_fields(day .. date, tenants)
    redis.call('PEXPIRE', day .. date, math.max(date * DAY_MS - now, 0) + 3 * DAY_MS)
  end
end
