-- wrk sends one record of the file after the other (see readers.py), each once, and tells what came of it as JSON.
local file

function init(arguments)
  file = assert(io.open(arguments[1], "rb"))
end

function request()
  local size = file:read(5)
  if not size then
    error("the file holds too few requests")
  end
  return file:read(tonumber(size))
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"seconds": %.6f, "answers": %d, "bytes": %d, "refused": %d, "broken": %d, "p50": %.3f, "p99": %.3f}\n',
    summary.duration / 1e6, summary.requests, summary.bytes, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3
  ))
end
