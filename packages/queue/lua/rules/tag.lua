-- A start tag, finish tag or virtual time as text: exact, and quick if it is whole and short, as most are.
local SHORT = 2147483648

local function tag_words(tag)
  return string.format(tag < SHORT and tag % 1 == 0 and '%d' or '%.17g', tag)
end
