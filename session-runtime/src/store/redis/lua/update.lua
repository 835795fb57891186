-- Changes the record, if there is one; all of the changes or none.

-- Asked again, and it is not among the operations that the record remembers. If it remembers all since the request loaded
-- the session, it was not done. Otherwise nobody can tell.
local function may_have_forgotten(held)
  return #held.ops >= OPS and not (SINCE ~= '' and has_op(held, SINCE))
end

local held = look(KEYS[1])
if held.is == 'record' then
  if has_op(held, OP) then
    return 'applied' -- by this very operation: the answer to it was lost
  end
  if AGAIN == '1' and may_have_forgotten(held) then
    return 'unknown'
  end
  local found, size = changes(KEYS[1], held)
  if not found then
    return 'conflict'
  elseif size then
    return 'too large: ' .. string.format('%.0f', size)
  end
  apply(KEYS[1], held, found)
  return 'applied'
end

-- Asked again, and rotated away meanwhile: it may have been done before that.
local key = KEYS[1]
for _ = 1, 64 do
  if AGAIN ~= '1' or held.is ~= 'tombstone' or not held.to then
    break
  end
  key = beside(key, held.to)
  held = look(key)
  if held.is == 'record' then
    if has_op(held, OP) then
      return 'applied'
    elseif may_have_forgotten(held) then
      -- not 'gone': after a renewal the core would do it there, perhaps a second time
      return 'unknown'
    end
  end
end
return 'gone'
