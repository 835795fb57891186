-- Deletes the record, where it is now if it was rotated away, and leaves a tombstone. ARGV: again, until.
--
-- A rotation keeps the slot, so a record that was moved is on this node. Sixty-four rotations within the life of a
-- tombstone are more than anybody's.

local key = KEYS[1]
for _ = 1, 64 do
  local held = look(key)
  if held.is == 'record' then
    -- before the tombstone: then a server without room allows that, too
    redis.call('DEL', key)
    redis.call('HSET', key, '@format', FORMAT, '@until', ARGV[2])
    redis.call('PEXPIRE', key, with_slack(tonumber(ARGV[2]) - tonumber(held.last_seen)))
    return 'deleted'
  elseif held.is ~= 'tombstone' or not held.to then
    break
  end
  key = beside(key, held.to)
end
return 'nothing'
