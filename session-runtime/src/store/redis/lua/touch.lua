-- Records activity. ARGV: again, last_seen.

local held = look(KEYS[1])
if held.is ~= 'record' then
  return 'gone'
end
if is_later(ARGV[2], held.last_seen) then
  redis.call('HSET', KEYS[1], '@last_seen', ARGV[2])
  redis.call('PEXPIRE', KEYS[1], life(ARGV[2], held.idle, held.expires))
end
return 'touched'
