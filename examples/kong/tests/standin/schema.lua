--[[
A stand-in for Kong's check of a plugin's schema and of configurations, written from its documentation (custom plugins: schema.lua).
It knows the types and attributes that schema.lua uses and no others, so that a misspelt attribute is an error here as it is in Kong.

    schema.check(SCHEMA)            true, or nil and what is wrong with the schema itself
    schema.load(SCHEMA, ENTITY)     the entity with its defaults, or nil and the errors by field
]]
local M = {}

local attributes = {
    type = true, required = true, default = true, one_of = true, elements = true, fields = true, keys = true, values = true,
    between = true, gt = true, len_min = true, referenceable = true, custom_validator = true,
}
local types = { string = true, number = true, integer = true, boolean = true, array = true, set = true, record = true, map = true }

local function check_field(path, field)
    if type(field) ~= "table" or not types[field.type] then
        return nil, path .. ": unknown type"
    end
    for name in pairs(field) do
        if not attributes[name] then
            return nil, path .. ": unknown attribute " .. tostring(name)
        end
    end
    if field.referenceable and field.type ~= "string" then
        return nil, path .. ": only strings are referenceable"
    end
    for _, inner in ipairs({ "elements", "keys", "values" }) do
        if field[inner] then
            local ok, wrong = check_field(path .. "." .. inner, field[inner])
            if not ok then
                return nil, wrong
            end
        end
    end
    if (field.type == "array" or field.type == "set") and not field.elements then
        return nil, path .. ": no elements"
    end
    if field.type == "map" and not (field.keys and field.values) then
        return nil, path .. ": no keys or values"
    end
    for _, entry in ipairs(field.fields or {}) do
        local name, inner = next(entry)
        if next(entry, name) ~= nil then
            return nil, path .. ": an entry with two fields"
        end
        local ok, wrong = check_field(path .. "." .. name, inner)
        if not ok then
            return nil, wrong
        end
    end
    return true
end

function M.check(schema)
    if type(schema.name) ~= "string" then
        return nil, "no name"
    end
    return check_field("schema", { type = "record", fields = schema.fields })
end

local load_value

local function load_list(field, list)
    for i, element in ipairs(list) do
        local value, wrong = load_value(field.elements, element)
        if wrong then
            return nil, wrong
        end
        list[i] = value
    end
    return list
end

local function load_map(field, map)
    for key, element in pairs(map) do
        local _, wrong = load_value(field.keys, key)
        if not wrong then
            _, wrong = load_value(field.values, element)
        end
        if wrong then
            return nil, wrong
        end
    end
    return map
end

local function copy(value)
    if type(value) ~= "table" then
        return value
    end
    local new = {}
    for key, element in pairs(value) do
        new[key] = copy(element)
    end
    return new
end

local function load_record(field, record)
    local known, errors = {}, {}
    for _, entry in ipairs(field.fields) do
        local name, inner = next(entry)
        known[name] = true
        if record[name] == nil then
            record[name] = copy(inner.default)
        end
        if record[name] ~= nil then
            record[name], errors[name] = load_value(inner, record[name])
        elseif inner.type == "record" and inner.required then
            record[name], errors[name] = load_value(inner, {})
        elseif inner.required then
            errors[name] = "required field missing"
        end
    end
    for name in pairs(record) do
        if not known[name] then
            errors[name] = "unknown field"
        end
    end
    if next(errors) then
        return nil, errors
    end
    return record
end

local function is_type(kind, value)
    if kind == "integer" then
        return type(value) == "number" and value % 1 == 0
    end
    if kind == "array" or kind == "set" or kind == "record" or kind == "map" then
        return type(value) == "table"
    end
    return type(value) == kind
end

local function check_value(field, value)
    if field.referenceable and value:match("^{vault://.*}$") then
        return
    end
    if field.type == "string" and #value < (field.len_min or 1) then
        return "length must be at least 1"
    end
    if field.one_of then
        for _, one in ipairs(field.one_of) do
            if one == value then
                return
            end
        end
        return "expected one of: " .. table.concat(field.one_of, ", ")
    end
    if field.between and (value < field.between[1] or value > field.between[2]) then
        return "value should be between " .. field.between[1] .. " and " .. field.between[2]
    end
    if field.gt and value <= field.gt then
        return "value must be greater than " .. field.gt
    end
    if field.len_min and #value < field.len_min then
        return "length must be at least " .. field.len_min
    end
    if field.custom_validator then
        local ok, wrong = field.custom_validator(value)
        if not ok then
            return wrong
        end
    end
end

function load_value(field, value)
    if not is_type(field.type, value) then
        return nil, "expected " .. field.type
    end
    local wrong = check_value(field, value)
    if wrong then
        return nil, wrong
    end
    if field.type == "record" then
        return load_record(field, value)
    end
    if field.type == "map" then
        return load_map(field, value)
    end
    if field.elements then
        return load_list(field, value)
    end
    return value
end

function M.load(schema, entity)
    local fields = { { name = { type = "string" } } }
    for _, entry in ipairs(schema.fields) do
        fields[#fields + 1] = entry
    end
    local loaded, errors = load_record({ fields = fields }, copy(entity))
    if not loaded then
        return nil, errors
    end
    for _, check in ipairs(schema.entity_checks or {}) do
        local ok, wrong = check.custom_entity_check.fn(loaded)
        if not ok then
            return nil, { ["@entity"] = wrong }
        end
    end
    return loaded
end

return M
