-- What the key holds: nil, 'D' (done), or 'P' and the holder's token.
local value = redis.call('GET', KEYS[1])
if value and value ~= 'D' and not string.find(value, '^P%x+$') then
  return redis.error_reply('WRONGTYPE Key holding a value that is not an event')
end
