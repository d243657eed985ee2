--[[
resty/xcj/base.lua: what every module here needs: the error value, results of C calls, handles with an owner, options.
]]
local ffi = require("ffi")
local cdef = require("resty.xcj.cdef")

local lib, constants = cdef.lib, cdef.constants
local new, str = ffi.new, ffi.string

local M = {}

-- One of each suffices: nothing here yields between filling and reading one.
M.err = new("xcj_error")
local err = M.err
local out_text, out_len = new("char *[1]"), new("size_t[1]")

local function make_scratch()
    local out = new("xcj_scratch *[1]")
    if lib.xcj_scratch_new(out, err) ~= 0 then
        error("resty.xcj: " .. str(err.message), 0)
    end
    return out[0] -- never freed: it lives as long as the process's Lua
end
M.scratch = make_scratch()

--[[
An error: code and name (of the xcj_code), status (for an HTTP answer), message, and member: what is at fault, or "".
tostring() gives name and message.
]]
local Error = {}
Error.__index = Error
Error.__tostring = function(self)
    return self.name .. ": " .. self.message
end

local function make_error(code, member, message)
    return setmetatable({
        code = code,
        name = str(lib.xcj_code_name(code)),
        status = lib.xcj_code_http_status(code),
        message = message,
        member = member,
    }, Error)
end
M.error = make_error

-- The error that the last call has left.
function M.failure()
    return make_error(err.code, str(err.member), str(err.message))
end

-- Copies an error back into a C struct, for the calls that take one.
function M.to_c(failure)
    local copy = new("xcj_error")
    copy.code = failure.code
    ffi.copy(copy.member, failure.member:sub(1, 63))
    ffi.copy(copy.message, failure.message:sub(1, 399))
    return copy
end

function M.is_error(value)
    return getmetatable(value) == Error
end

-- A view as a string; nil if it is absent.
function M.text(view)
    if view.ptr == nil then
        return nil
    end
    return str(view.ptr, view.len)
end

-- A constant C string; nil for NULL.
function M.name(text)
    if text == nil then
        return nil
    end
    return str(text)
end

-- call(function, ...): the text of a function that returns one as char ** and length: f(out, out_len, ..., err).
function M.call_for_text(f, ...)
    local n = select("#", ...)
    local given = { ... }
    given[n + 1] = err
    if f(out_text, out_len, unpack(given, 1, n + 1)) ~= 0 then
        return nil, M.failure()
    end
    local text = str(out_text[0], tonumber(out_len[0]))
    lib.xcj_free(out_text[0])
    return text
end

--[[
Handles. class(NAME, FREE) makes a class whose objects own a handle of C: the collector frees it, or free() does earlier. A
freed object, or one of another class, is an error of the calling program, which check() raises.
]]
function M.class(name, free)
    local Class = { name = name }
    Class.__index = Class

    function Class.own(handle)
        return setmetatable({ handle = ffi.gc(handle, free) }, Class)
    end

    function Class.is(value)
        return getmetatable(value) == Class
    end

    function Class.check(value)
        if not Class.is(value) or value.handle == nil then
            error("a " .. name .. " is expected", 3)
        end
        return value.handle
    end

    function Class:free()
        if self.handle ~= nil then
            free(ffi.gc(self.handle, nil))
            self.handle = nil
        end
    end

    return Class
end

--[[
Options. A specification names each option and how it is written into the struct. The struct points at the caller's strings
and at arrays in `kept`: both must live until the call that reads it has returned.
]]
local setters = {}

local function wrong(name, what)
    return make_error(constants.ERR_CONFIG, name, name .. " " .. what)
end

function setters.text(struct, name, value)
    if type(value) ~= "string" then
        return wrong(name, "is not a string")
    end
    struct[name], struct[name .. "_len"] = value, #value
end

function setters.texts(struct, name, value, kept)
    if type(value) == "string" then
        value = { value }
    end
    if type(value) ~= "table" then
        return wrong(name, "is neither a string nor a list of strings")
    end
    local views = new("xcj_str[?]", math.max(#value, 1))
    for i, text in ipairs(value) do
        if type(text) ~= "string" then
            return wrong(name, "has an element that is not a string")
        end
        views[i - 1].ptr, views[i - 1].len = text, #text
    end
    kept[#kept + 1] = views
    struct[name], struct[name .. "_count"] = views, #value
end

function setters.number(struct, name, value)
    -- A size or a time: more than 2^53 has no exact number in Lua.
    if type(value) ~= "number" or value % 1 ~= 0 or value < -2 ^ 53 or value > 2 ^ 53 then
        return wrong(name, "is not an integer")
    end
    struct[name] = value
end

function setters.natural(struct, name, value)
    if type(value) == "number" and value < 0 then
        return wrong(name, "is negative")
    end
    return setters.number(struct, name, value)
end

function setters.flag(struct, name, value)
    if type(value) ~= "boolean" then
        return wrong(name, "is neither true nor false")
    end
    struct[name] = value and 1 or 0
end

function setters.alg(struct, name, value)
    local alg = type(value) == "string" and lib.xcj_alg_from_name(value, #value) or 0
    if alg == 0 then
        return wrong(name, "is not the name of an algorithm: " .. tostring(value))
    end
    struct[name] = alg
end

function setters.algs(struct, name, value, kept)
    if type(value) ~= "table" then
        return wrong(name, "is not a list of algorithms")
    end
    local algs = new("xcj_alg[?]", math.max(#value, 1))
    for i, text in ipairs(value) do
        local failure = setters.alg(algs, i - 1, text)
        if failure then
            return wrong(name, "has an element that is not the name of an algorithm: " .. tostring(text))
        end
    end
    kept[#kept + 1] = algs
    struct[name], struct[name .. "_count"] = algs, #value
end

-- one_of{NAME = NUMBER, ...}
function M.one_of(numbers)
    return function(struct, name, value)
        local number = numbers[value]
        if number == nil then
            local names = {}
            for known in pairs(numbers) do
                names[#names + 1] = known
            end
            table.sort(names)
            return wrong(name, "is none of " .. table.concat(names, ", "))
        end
        struct[name] = number
    end
end

-- An object of a class.
function M.handle(class)
    return function(struct, name, value, kept)
        if not class.is(value) or value.handle == nil then
            return wrong(name, "is not a " .. class.name)
        end
        kept[#kept + 1] = value
        struct[name] = value.handle
    end
end

--[[
fill(STRUCT, SPEC, OPTIONS, KEPT, OTHERS): nil, or the error. SPEC maps each name to a setter or the name of one. OTHERS, which
may be nil, has the names of options that the caller reads itself.
]]
function M.fill(struct, spec, options, kept, others)
    struct.size = ffi.sizeof(struct)
    for name, value in pairs(options or {}) do
        local setter = spec[name]
        if setter == nil then
            if not (others and others[name]) then
                return make_error(constants.ERR_CONFIG, tostring(name), "there is no option " .. tostring(name))
            end
        else
            local failure = (setters[setter] or setter)(struct, name, value, kept)
            if failure then
                return failure
            end
        end
    end
end

return M
