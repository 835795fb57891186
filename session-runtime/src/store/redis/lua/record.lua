-- Before each script: what lies under a key, and for how long it is kept.
--
-- Everything in here reads. A script reads all that it needs before it writes anything, so whatever the server refuses it
-- for, nothing was written. Field values are bytes to it: nothing here or in the scripts decodes JSON.

local FORMAT = '1'

-- Operations that a record remembers, newest first: 32 digits each, with a blank between.
local OPS = 8 * 33 - 1

-- A record outlives its deadline by a tenth of its life, and by five minutes at least: the core's clock decides, and the
-- server's may run otherwise. Beyond three thousand years nobody will notice.
local SLACK = 300000
local LONGEST = 100000000000000

local function is_u64(text)
  if not text or #text > 20 or not (text == '0' or string.find(text, '^[1-9]%d*$')) then
    return false
  end
  return #text < 20 or text <= '18446744073709551615'
end

local function is_u32(text)
  return is_u64(text) and tonumber(text) <= 4294967295
end

local function is_hex(text, digits)
  return text and #text == digits and not string.find(text, '[^0-9a-f]')
end

local function are_ops(text)
  return text and (#text + 1) % 33 == 0 and #text <= OPS and not string.find(text, '[^0-9a-f ]')
end

local function is_newer(format)
  return format and is_u64(format) and format ~= '0' and format ~= FORMAT
end

-- What is under `key`: `is` says whether that is a 'record', a 'tombstone', of a 'newer' version of the application,
-- 'foreign', or 'nothing'.
local function look(key)
  local kind = redis.call('TYPE', key)['ok']
  if kind == 'none' then
    return { is = 'nothing' }
  elseif kind ~= 'hash' then
    return { is = 'foreign' }
  end
  local held = redis.call('HMGET', key, '@format', '@until', '@to', '@created', '@authenticated', '@last_seen', '@idle',
    '@expires', '@remembered', '@ops', '@schema')
  local format, dead_until, to = held[1], held[2], held[3]
  if is_newer(format) then
    return { is = 'newer' }
  elseif format ~= FORMAT then
    return { is = 'foreign' }
  elseif dead_until then
    if is_u64(dead_until) and (not to or is_hex(to, 64)) and not held[4] then
      return { is = 'tombstone', to = to }
    end
    return { is = 'foreign' }
  end
  local created, authenticated, last_seen, idle, expires = held[4], held[5], held[6], held[7], held[8]
  local remembered, ops, schema = held[9], held[10], held[11] or '0'
  if is_u64(created) and (not authenticated or is_u64(authenticated)) and is_u64(last_seen) and is_u64(idle)
    and is_u64(expires) and (remembered == '0' or remembered == '1') and are_ops(ops)
    and is_u32(schema) then
    return { is = 'record', last_seen = last_seen, idle = idle, expires = expires, ops = ops, schema = schema }
  end
  return { is = 'foreign' }
end

-- The key of another record in the same slot, by the hash that ends its name.
local function beside(key, hash)
  return string.sub(key, 1, -65) .. hash
end

local function has_op(record, op)
  return string.find(record.ops, op, 1, true) ~= nil
end

-- Milliseconds for PEXPIRE. These are durations, not moments: a double is exact enough.
local function with_slack(milliseconds)
  local life = math.max(milliseconds, 0)
  return string.format('%.0f', math.min(life + math.max(life / 10, SLACK), LONGEST))
end

local function life(last_seen, idle, expires)
  return with_slack(math.min(tonumber(idle), tonumber(expires) - tonumber(last_seen)))
end

-- Whether the moment `a` is later than `b`. A double would take neighbouring moments for one.
local function is_later(a, b)
  if #a ~= #b then
    return #a > #b
  end
  return a > b
end

-- Writes pairs of names and values. A few at a time: Lua's stack is small.
local function put(key, pairs_)
  for first = 1, #pairs_, 1000 do
    redis.call('HSET', key, unpack(pairs_, first, math.min(first + 999, #pairs_)))
  end
end

local function remove(key, names)
  for first = 1, #names, 1000 do
    redis.call('HDEL', key, unpack(names, first, math.min(first + 999, #names)))
  end
end
