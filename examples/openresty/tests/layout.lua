-- layout.lua LIB FOLDER: a C program for what cdef.lua declares, and what the program must print.
local lib, folder = arg[1], arg[2]
package.path = lib .. "/?.lua;" .. package.path
local ffi = require("ffi")
local cdef = require("resty.xcj.cdef")

local function write(name, text)
    local file = assert(io.open(folder .. "/" .. name, "w"))
    file:write(text)
    file:close()
end

local headers = "#include <xcj.h>\n#include <xcj/audit.h>\n#include <xcj/kong.h>\n"
write("functions.c", headers .. cdef.functions)

local program = { headers, "#include <stddef.h>\n#include <stdio.h>\n",
    "#define MEMBER(s, m) printf(#s \" %zu %zu\\n\", offsetof(s, m), sizeof ((s *)0)->m)\n",
    "#define NUMBER(c) printf(#c \" %ld\\n\", (long)c)\n", "int main(void)\n{\n" }
local wanted = {}

local function add(statement, line)
    program[#program + 1] = "    " .. statement .. ";\n"
    wanted[#wanted + 1] = line .. "\n"
end

-- A pointer NAME that is followed by NAME_len is a view of C.
local function members_of(struct)
    local body = cdef.types:gsub("/%*.-%*/", ""):match("typedef struct " .. struct .. " (%b{})")
    local members = {}
    for declaration in body:sub(2, -2):gmatch("[^;]+") do
        local kind, name, count = declaration:match("^%s*(.-)([%w_]+)(%[?%d*%]?)%s*$")
        if kind then
            members[#members + 1] = { name = name, size = ffi.sizeof(kind .. count) }
        end
    end
    return members
end

for _, struct in ipairs(cdef.structs) do
    add("printf(\"" .. struct .. " %zu\\n\", sizeof(" .. struct .. "))", struct .. " " .. ffi.sizeof(struct))
    local members = members_of(struct)
    for i, member in ipairs(members) do
        local path, before, after = member.name, members[i - 1], members[i + 1]
        if after and after.name == path .. "_len" then
            path = path .. ".ptr"
        elseif before and path == before.name .. "_len" then
            path = before.name .. ".len"
        end
        add("MEMBER(" .. struct .. ", " .. path .. ")", struct .. " " .. ffi.offsetof(struct, member.name) .. " " .. member.size)
    end
end
for name, number in pairs(cdef.constants) do
    add("NUMBER(XCJ_" .. name .. ")", "XCJ_" .. name .. " " .. number)
end
program[#program + 1] = "    return 0;\n}\n"
write("layout.c", table.concat(program))
write("wanted", table.concat(wanted))
