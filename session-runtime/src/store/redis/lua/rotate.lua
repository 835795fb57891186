-- Moves the record from KEYS[1] to KEYS[2] with the changes applied, and leaves a tombstone that says where it went.

local old = look(KEYS[1])
if old.is == 'tombstone' and old.to and beside(KEYS[1], old.to) == KEYS[2] then
  -- nobody else could have moved it there, since nobody else knew the new id: the answer was lost. Others may have written
  -- since, by the old id within the grace of a renewal
  local moved = look(KEYS[2])
  if moved.is == 'record' and (AGAIN == '1' or has_op(moved, OP)) then
    return 'rotated'
  end
end
if old.is ~= 'record' then
  return 'gone'
end
local new = look(KEYS[2])
if new.is == 'record' or new.is == 'tombstone' or new.is == 'newer' then
  return 'exists'
end
local found, size = changes(KEYS[1], old)
if not found then
  return 'conflict'
elseif size then
  return 'too large: ' .. string.format('%.0f', size)
end
-- Moves all fields as they are, and in place of what is foreign. It is also what a server without room allows, and after
-- it allows the rest: giving up a privilege must not wait for room.
redis.call('RENAME', KEYS[1], KEYS[2])
apply(KEYS[2], old, found)
redis.call('HSET', KEYS[1], '@format', FORMAT, '@until', UNTIL, '@to', string.sub(KEYS[2], -64))
redis.call('PEXPIRE', KEYS[1], with_slack(tonumber(UNTIL) - tonumber(old.last_seen)))
return 'rotated'
