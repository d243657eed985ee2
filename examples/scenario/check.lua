-- For wrk -s: looks at each answer, and prints "RESULT" and how many requests, answers that are not 200, and errors there were.
bad = 0
function setup(thread) threads = threads or {}; table.insert(threads, thread) end
function response(status) if status ~= 200 then bad = bad + 1 end end
function done(summary)
    local wrong = 0
    for _, thread in ipairs(threads) do wrong = wrong + thread:get("bad") end
    local e = summary.errors
    print(string.format("RESULT %d %d %d", summary.requests, wrong, e.connect + e.read + e.write + e.status + e.timeout))
end
