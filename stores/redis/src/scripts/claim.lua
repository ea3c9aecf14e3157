-- ARGV: the token, the lease in milliseconds or '' for no end.
if not redis.REDIS_VERSION_NUM then
  return redis.error_reply('OLDSERVER the scripts need Redis 7.0 or later')
end
if value == 'D' then
  return {'done', 0}
end
if value and value ~= 'P' .. ARGV[1] then
  return {'in_flight', redis.call('PTTL', KEYS[1])}
end
if ARGV[2] == '' then
  redis.call('SET', KEYS[1], 'P' .. ARGV[1])
elseif value then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
else
  redis.call('SET', KEYS[1], 'P' .. ARGV[1], 'PX', ARGV[2])
end
return {'claimed', 0}
