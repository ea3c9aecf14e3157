-- ARGV: the token, the lease in milliseconds or '' for no end.
if value ~= 'P' .. ARGV[1] then
  return 0
end
if ARGV[2] == '' then
  redis.call('PERSIST', KEYS[1])
else
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 1
