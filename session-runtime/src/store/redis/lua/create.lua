-- Keeps a new record, unless there is something already, be it a tombstone.
-- ARGV: again, operation, last_seen, idle, expires; then names and values, in pairs.

local held = look(KEYS[1])
if held.is == 'record' or held.is == 'tombstone' or held.is == 'newer' then
  -- a record that this very operation made: the answer to it was lost
  if held.is == 'record' and ARGV[2] ~= string.rep('0', 32) and has_op(held, ARGV[2]) then
    return 'created'
  end
  return 'exists'
end
if held.is == 'foreign' then
  redis.call('DEL', KEYS[1])
end
put(KEYS[1], { '@format', FORMAT, '@last_seen', ARGV[3], '@idle', ARGV[4], '@expires', ARGV[5], '@ops', ARGV[2],
  unpack(ARGV, 6, math.min(#ARGV, 905)) })
for first = 906, #ARGV, 1000 do
  redis.call('HSET', KEYS[1], unpack(ARGV, first, math.min(first + 999, #ARGV)))
end
redis.call('PEXPIRE', KEYS[1], life(ARGV[3], ARGV[4], ARGV[5]))
return 'created'
