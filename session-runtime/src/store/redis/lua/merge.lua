-- Before `update` and `rotate`: what the changes of a request make of the record as it is now.
--
-- ARGV, after AGAIN, OP, SINCE and UNTIL: whether the last write must be SINCE; what the fields may take, empty for no limit;
-- the version of the session type that wrote what the request loaded, empty if it loaded nothing; nine parts of the metadata,
-- each empty to leave it as it is, or '=' and the new value; whether to wipe, how many fields survive that, and their names;
-- then, for each field, its name, its policy, the bytes that the request loaded and the bytes that it wants. Empty bytes are
-- no JSON, and stand for no field.

local AGAIN, OP, SINCE, UNTIL, EXACT = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local LIMIT, SCHEMA, META = ARGV[6], ARGV[7], 8
local WIPE, FIELDS = 17, 19 + tonumber(ARGV[18])

-- Decimal integers as text, since 64 bits do not fit into a double.

local function parts(number)
  if string.sub(number, 1, 1) == '-' then
    return true, string.sub(number, 2)
  end
  return false, number
end

local function is_less_size(a, b)
  if #a ~= #b then
    return #a < #b
  end
  return a < b
end

local function is_less(a, b)
  local a_below, a_size = parts(a)
  local b_below, b_size = parts(b)
  if a_below ~= b_below then
    return a_below
  elseif a_below then
    return is_less_size(b_size, a_size)
  end
  return is_less_size(a_size, b_size)
end

local function digit(number, place)
  if place < #number then
    return string.byte(number, #number - place) - 48
  end
  return 0
end

-- The digits of `a` plus or, with a `sign` of -1, minus those of `b`, which then is not the greater.
local function combined(a, b, sign)
  local digits, carry = {}, 0
  for place = 0, math.max(#a, #b) - 1 do
    local total = digit(a, place) + sign * digit(b, place) + carry
    carry = math.floor(total / 10)
    digits[#digits + 1] = total % 10
  end
  if carry > 0 then
    digits[#digits + 1] = carry
  end
  return (string.gsub(string.reverse(table.concat(digits)), '^0+(%d)', '%1'))
end

local function plus(a, b)
  local a_below, a_size = parts(a)
  local b_below, b_size = parts(b)
  local below, size = a_below, nil
  if a_below == b_below then
    size = combined(a_size, b_size, 1)
  elseif is_less_size(a_size, b_size) then
    below, size = b_below, combined(b_size, a_size, -1)
  else
    size = combined(a_size, b_size, -1)
  end
  if below and size ~= '0' then
    return '-' .. size
  end
  return size
end

-- `merge = add`: the difference onto what is stored, within the bounds of the field's type. Nothing if what is stored is
-- no integer of that type.
local function sum(terms, stored)
  local delta, default, least, most = string.match(terms, '^(%S+) (%S+) (%S+) (%S+)$')
  local current = default
  if stored then
    local sign, digits = string.match(stored, '^[ \t\r\n]*(%-?)(%d+)[ \t\r\n]*$')
    if not digits or (#digits > 1 and string.sub(digits, 1, 1) == '0') then
      return nil
    end
    current = digits == '0' and '0' or sign .. digits
  end
  if is_less(current, least) or is_less(most, current) then
    return nil
  end
  local total = plus(current, delta)
  if is_less(total, least) then
    return least
  elseif is_less(most, total) then
    return most
  end
  return total
end

-- `merge = append`: what `ours` has after `loaded`, at the end of `stored`; all three lists or all three texts. Nothing
-- if `ours` does not begin with `loaded`, or where their bytes cannot tell: the core decodes them and knows.
local function splice(stored, loaded, ours)
  if not ours then
    return nil
  end
  local open, close = string.sub(ours, 1, 1), string.sub(ours, -1)
  if not ((open == '[' and close == ']') or (open == '"' and close == '"')) then
    return nil
  end
  for _, value in ipairs({ loaded, stored, ours }) do
    if #value < 2 or string.sub(value, 1, 1) ~= open or string.sub(value, -1) ~= close
      or string.find(value, '^%[[ \t\r\n]+%]$') then
      return nil
    end
  end
  local head = string.sub(loaded, 1, -2)
  if string.sub(ours, 1, #head) ~= head or #ours < #loaded then
    return nil
  end
  local tail = string.sub(ours, #head + 1)
  if open == '[' then
    -- a list's elements are apart by commas: `[1` is the beginning of `[12]`, but not of its elements
    if loaded == '[]' then
      if tail == ']' then
        return stored
      end
      tail = ',' .. tail
    elseif tail == ']' then
      return stored
    elseif string.sub(tail, 1, 1) ~= ',' then
      return nil
    end
    if stored == '[]' then
      tail = string.sub(tail, 2)
    end
  end
  return string.sub(stored, 1, -2) .. tail
end

local function value_or_none(text)
  if text ~= '' then
    return text
  end
  return nil
end

-- Whether the field can be changed, and what it becomes; nothing, if it goes.
local function resolve(policy, stored, loaded, ours)
  if policy == 'put' or stored == loaded then
    return true, ours
  elseif policy == 'yield' then
    return true, stored
  end
  local merged = nil
  if string.sub(policy, 1, 7) == 'append ' then
    -- an absent field counts as its default
    local default = string.sub(policy, 8)
    merged = splice(stored or default, loaded or default, ours)
  elseif string.sub(policy, 1, 4) == 'add ' then
    merged = sum(string.sub(policy, 5), stored)
  end
  return merged ~= nil, merged
end

-- What a field takes, as `Fields::size` counts: its name, its value, and six bytes.
local function bytes(name, length)
  return #name - 2 + length + 6
end

-- What the record would take, if that is more than it may: a record that is larger already may stay as large. `lengths` has
-- those of the fields that are written, `stays` says of the changed ones whether they are there afterwards.
local function excess(key, lengths, stays, gone)
  if LIMIT == '' then
    return nil
  end
  local before, after = 0, 0
  for _, name in ipairs(redis.call('HKEYS', key)) do
    if string.sub(name, 1, 2) == 'f.' then
      local taken = bytes(name, redis.call('HSTRLEN', key, name))
      before = before + taken
      if not lengths[name] and stays[name] ~= false and not gone[name] then
        after = after + taken
      end
    end
  end
  for name, length in pairs(lengths) do
    after = after + bytes(name, length)
  end
  return after > math.max(before, tonumber(LIMIT)) and after or nil
end

-- What to write and what to remove; nothing at all if one field refuses. Beside it, how large the record would be, if that
-- is too large.
local function changes(key, record)
  if EXACT == '1' and (SINCE == '' or string.sub(record.ops, 1, #SINCE) ~= SINCE) then
    return nil
  end
  -- migrated since the request loaded it: only the core can tell which of its fields are still what they were
  if SCHEMA ~= '' and tonumber(record.schema) > tonumber(SCHEMA) then
    return nil
  end
  local writes, names, stays, lengths, gone = {}, {}, {}, {}, {}
  for at = FIELDS, #ARGV, 4 do
    local name, policy = ARGV[at], ARGV[at + 1]
    local stored = nil
    if policy ~= 'put' then
      stored = redis.call('HGET', key, name) or nil
    end
    local can, value = resolve(policy, stored, value_or_none(ARGV[at + 2]), value_or_none(ARGV[at + 3]))
    if not can then
      return nil
    elseif value then
      writes[#writes + 1] = name
      writes[#writes + 1] = value
      stays[name] = true
      lengths[name] = #value
    else
      names[#names + 1] = name
      stays[name] = false
    end
  end
  if ARGV[WIPE] == '1' then
    for at = WIPE + 2, FIELDS - 1 do
      if stays[ARGV[at]] == nil then
        stays[ARGV[at]] = true
      end
    end
    for _, name in ipairs(redis.call('HKEYS', key)) do
      if string.sub(name, 1, 2) == 'f.' and stays[name] == nil then
        names[#names + 1] = name
        gone[name] = true
      end
    end
  end
  for part, name in ipairs({ '@authenticated', '@last_seen', '@idle', '@expires', '@remembered', '@owner', '@issued',
    '@renewed', '@schema' }) do
    local given = ARGV[META + part - 1]
    local value = string.sub(given, 2)
    if given == '=' then
      names[#names + 1] = name
    -- two requests may commit in either order; activity never moves back
    elseif given ~= '' and not (name == '@last_seen' and not is_later(value, record.last_seen))
      -- and a later version of the application keeps its own
      and not (name == '@schema' and tonumber(value) < tonumber(record.schema)) then
      writes[#writes + 1] = name
      writes[#writes + 1] = value
      record[string.sub(name, 2)] = value
    end
  end
  writes[#writes + 1] = '@ops'
  writes[#writes + 1] = string.sub(OP .. ' ' .. record.ops, 1, OPS)
  return { writes = writes, names = names }, excess(key, lengths, stays, gone)
end

-- Writes first: if the server has no room, it refuses the first of them, and nothing has happened.
local function apply(key, record, found)
  put(key, found.writes)
  remove(key, found.names)
  redis.call('PEXPIRE', key, life(record.last_seen, record.idle, record.expires))
end
