-- A page of listed actions.
-- KEYS: deaths
local MOST_EXAMINED, MAX_BYTES, page, page_bytes, listed = 1000, 4194304, {'', ''}, 0, 0

local function fits(stored) -- false if the page is full; a large action is alone on its page
  return page_bytes == 0 or page_bytes + #stored <= MAX_BYTES
end

local function add_action(id, at, text, stored)
  for _, cell in ipairs({id, at, text or '', stored, redis.call('HGET', deaths, id) or ''}) do page[#page + 1] = cell end
  page_bytes, listed = page_bytes + #stored, listed + 1
end

local function listed_count()
  return listed
end

local function page_until(first, second) -- the next page begins after this position
  page[1], page[2] = first, second
  return page
end
