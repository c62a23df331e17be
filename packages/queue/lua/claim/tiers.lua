-- Selects the next tier: in strict order, with a floor for the tier that has waited longest, or by weight.
-- from state: turns
-- from tag: tag_words
local MODE_WEIGHTED, NO_TURNS = 'weighted', '0 0 0 0 0 0 0 0 0 0'
local TURNS = '^(%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+)$'
local served, tier_clock, was_served, turn_words = 0, 0, {}, nil

local function read_tiers() -- number of turns, virtual time, then the last turn and the tag of each tier
  was_served = {}
  turn_words = {string.match(turns or NO_TURNS, TURNS)}
  served, tier_clock = tonumber(turn_words[1]), tonumber(turn_words[2])
end

local function last_service(tier)
  return tonumber(turn_words[2 * tier + 1])
end

local function least(values, front) -- returns the tier with a tenant in front that has the lowest value, the lower tier at a tie
  local best
  for tier = 4, 1, -1 do
    if front(tier) and (not best or values(tier) < values(best)) then best = tier end
  end
  return best
end

local function tier_start(tier)
  return math.max(tonumber(turn_words[2 * tier + 2]), tier_clock)
end

local function next_tier(mode, floor, front) -- and true if only this one turn goes there
  if mode == MODE_WEIGHTED then return least(tier_start, front) end
  if floor > 0 and (served + 1) % floor == 0 then
    return least(last_service, front), true
  end
  for tier = 1, 4 do
    if front(tier) then return tier end
  end
end

local function note_service(tier, cost, weight)
  served, tier_clock, was_served[tier] = served + 1, tier_start(tier), true
  turn_words[2 * tier + 1], turn_words[2 * tier + 2] = served, tier_clock + cost / weight
end

local function tier_cells(starts) -- changed fields and their values; V of each served tier is the start of its last turn
  if not next(was_served) then return {} end
  local cells = {'turns', nil}
  turn_words[1], turn_words[2] = served, tier_clock
  for at, word in ipairs(turn_words) do
    if type(word) == 'number' then turn_words[at] = tag_words(word) end
  end
  cells[2] = table.concat(turn_words, ' ')
  for tier in pairs(was_served) do
    cells[#cells + 1], cells[#cells + 2] = 'v' .. tier, tag_words(starts[tier])
  end
  return cells
end
