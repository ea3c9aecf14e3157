-- ARGV: the token.
if value ~= 'P' .. ARGV[1] then
  return 0
end
return redis.call('DEL', KEYS[1])
