-- checks.lua: counts the checks of a test, and prints those that fail.
local checks = {}
local count, failures = 0, 0

function checks.check(name, ok, found)
    count = count + 1
    if not ok then
        failures = failures + 1
        print("FAIL: " .. name .. ": " .. tostring(found):sub(1, 300))
    end
end

function checks.finish()
    print(count .. " checks, " .. failures .. " failed")
    os.exit(failures == 0 and 0 or 1)
end

return checks
