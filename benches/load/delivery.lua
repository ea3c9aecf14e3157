-- One signed delivery, again and again; at the end, what came of it on one line, times in microseconds, the last the
-- processor time of wrk itself.

wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["X-Loops-Signature"] = os.getenv("SIGNATURE")

local file = assert(io.open(os.getenv("PAYLOAD"), "rb"))
wrk.body = file:read("*a")
file:close()

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.status + errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format("result %d %d %d %d %d %d\n", summary.requests, failed, summary.duration,
    latency:percentile(50), latency:percentile(99), os.clock() * 1e6))
end
