-- ARGV: the token, the retention in milliseconds or '' for no end.
if ARGV[2] == '' then
  redis.call('SET', KEYS[1], 'D')
else
  redis.call('SET', KEYS[1], 'D', 'PX', ARGV[2])
end
return value == 'P' .. ARGV[1] and 1 or 0
