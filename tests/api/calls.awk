# From the public headers, C code that calls each function of them with whatever pools.h chooses for its parameters, and
# checks what the call promises. A parameter of a type that pools.h does not know does not compile.
#
#     awk -f calls.awk HEADER... > calls.inc

# What may be NULL in any function, and what may be in one, as the headers say.
BEGIN {
    split("err scratch options key_options defaults labels", names, " ")
    for (i in names)
        may_be_null[names[i]] = 1
    split("xcj_verify:out xcj_verify_json:out xcj_verify_with:out xcj_verify_with:call xcj_key_algs:out xcj_mint_claims:auth " \
        "xcj_mint_claims_bound:auth xcj_mint_jansson:auth xcj_kong_failure:failure xcj_keyset_skipped:position " \
        "xcj_verified_claim:name xcj_verified_claim:json xcj_kong_header_prefix:name xcj_bearer_token:value xcj_header_alike:a xcj_header_alike:b", names, " ")
    for (i in names)
        may_be_null[names[i]] = 1
}

/^#/ || is_directive {
    is_directive = /\\$/
    next
}
{ text = text " " $0 }

function drop_comments(    from, length_in) {
    while ((from = index(text, "/*")) > 0) {
        length_in = index(substr(text, from), "*/")
        text = substr(text, 1, from - 1) " " substr(text, from + length_in + 1)
    }
}

function trim(s) {
    gsub(/[ \t]+/, " ", s)
    sub(/^ /, "", s)
    sub(/ $/, "", s)
    return s
}

# "const xcj_key *" is const_xcj_key_P.
function type_id(type) {
    gsub(/\*/, "P", type)
    gsub(/ /, "_", type)
    gsub(/P_?const_?P/, "PconstP", type)
    return type
}

# Into type[n] and name[n]; returns how many.
function split_parameters(list,    parts, count, i, at) {
    count = split(list, parts, ",")
    for (i = 1; i <= count; i++) {
        parts[i] = trim(parts[i])
        match(parts[i], /[a-z0-9_]+$/)
        at = RSTART
        name[i] = substr(parts[i], at)
        type[i] = trim(substr(parts[i], 1, at - 1))
    }
    return type[1] == "" ? 0 : count
}

function is_optional(function_name, parameter) {
    return (parameter in may_be_null) || ((function_name ":" parameter) in may_be_null) || function_name ~ /_free$/ ||
        function_name == "xcj_free"
}

function note_null(function_name, i) {
    if (!is_optional(function_name, name[i]))
        printf "    is_null = is_null || a%d == NULL;\n", i
}

# One parameter, or a pointer and the length behind it; returns how many.
function choose_parameter(function_name, i, count,    id, pairs) {
    id = type_id(type[i])
    pairs = i < count && type[i + 1] == "size_t" && name[i + 1] ~ (type[i] ~ /^const (char|void|uint8_t) \*$/ ? "^(len|.*_len)$" : "^(cap|count)$")
    if (pairs && type[i] ~ /^const (char|void|uint8_t) \*$/) {
        printf "    view v%d = pick_view();\n    %sa%d = (%s)v%d.ptr;\n    size_t a%d = v%d.len;\n", i, type[i], i, type[i], i, i + 1, i
        if (type[i] == "const void *")
            printf "    is_null = is_null || (a%d == NULL && a%d > 0);\n", i, i + 1
        else
            note_null(function_name, i)
        return 2
    }
    if (pairs && type[i] ~ /\*$/ && type[i] !~ /\*\*$/) {
        printf "    size_t a%d = 0;\n    %sa%d = pick_array_%s(&a%d);\n", i + 1, type[i], i, id, i + 1
        if (!is_optional(function_name, name[i]))
            printf "    is_null = is_null || (a%d == NULL && a%d > 0);\n", i, i + 1
        return 2
    }
    if (type[i] ~ /\*\*$/ && type[i] !~ /^const/) {
        printf "    %so%d = POISON;\n    %sa%d = choose(2) > 0 ? &o%d : NULL;\n", substr(type[i], 1, length(type[i]) - 1), i, type[i], i, i
        kind[i] = "handle"
    } else if (type[i] ~ /^(size_t|xcj_alg|int64_t|double|int|xcj_str|xcj_certificate|xcj_explanation|xcj_error|xcj_cache_counts) \*$/) {
        printf "    %s o%d;\n    memset(&o%d, 0xa5, sizeof o%d);\n", substr(type[i], 1, length(type[i]) - 2), i, i, i
        printf "    %sa%d = choose(2) > 0 ? &o%d : NULL;\n", type[i], i, i
        kind[i] = type[i] == "xcj_error *" ? "error" : "value"
    } else
        printf "    %s a%d = %s_%s();\n", type[i], i, function_name ~ /_free$/ ? "fresh" : "pick", id
    if (type[i] ~ /\*$/)
        note_null(function_name, i)
    return 1
}

function check_result(count,    i) {
    print "    const bool good = code == XCJ_OK;"
    print "    must(!is_null || code == XCJ_ERR_ARGUMENT, here);"
    print "    must(!is_refused || !good, here);"
    print "    must(code != XCJ_ERR_MEMORY && code != XCJ_ERR_CRYPTO && code != XCJ_ERR_RANDOM, here);"
    print "    must(ERR_peek_error() == 0, here);"
    for (i = 1; i <= count; i++) {
        if (kind[i] == "handle") {
            printf "    must(a%d == NULL || (o%d != NULL) == good, here);\n", i, i
            printf "    if (a%d != NULL) {\n        drop_%s(o%d);\n    }\n", i, type_id(type[i]), i
        } else if (kind[i] == "value")
            printf "    must(a%d == NULL || good || is_zero(&o%d, sizeof o%d), here);\n", i, i, i
        else if (kind[i] == "error")
            printf "    must(a%d == NULL || (o%d.code == code && (o%d.message[0] == '\\0') == good), here);\n", i, i, i
    }
}

function check_getter(result) {
    if (result == "xcj_str")
        print "    must(!is_null || (result.ptr == NULL && result.len == 0), here);"
    else
        print "    must(!is_null || result == 0, here);"
    if (result ~ /\*$/ && result !~ /^const/)
        printf "    drop_%s(result);\n", type_id(result)
    else
        print "    (void)result;"
}

function put_function(statement,    open, head, list, function_name, result, count, i, arguments) {
    gsub(/XCJ_API|XCJ_MUST_CHECK/, "", statement)
    open = index(statement, "(")
    head = trim(substr(statement, 1, open - 1))
    list = substr(statement, open + 1)
    sub(/\)[^)]*$/, "", list)
    match(head, /[a-z0-9_]+$/)
    function_name = substr(head, RSTART)
    result = trim(substr(head, 1, RSTART - 1))
    split("", kind)
    split("", type)
    split("", name)
    count = trim(list) == "void" ? 0 : split_parameters(list)
    printf "static void call_%s(void)\n{\n    bool is_null = false;\n    is_refused = false;\n    static const char here[] = \"%s\";\n", function_name, function_name
    for (i = 1; i <= count; i += choose_parameter(function_name, i, count))
        continue
    for (i = 1; i <= count; i++)
        arguments = arguments (i > 1 ? ", " : "") "a" i
    if (result == "xcj_code") {
        printf "    const xcj_code code = %s(%s);\n", function_name, arguments
        check_result(count)
    } else if (result == "void")
        printf "    %s(%s);\n    (void)is_null;\n    (void)here;\n", function_name, arguments
    else {
        printf "    %s result = %s(%s);\n", result, function_name, arguments
        check_getter(result)
    }
    print "}\n"
    all[++functions] = function_name
}

# For an options struct of the caller's: absent views get a length, an array that is not there gets a count, and the pool is made of these.
function put_struct(statement,    open, struct_name, members, count, i, member, member_type, arrays, counted) {
    match(statement, /struct [a-z_]+/)
    struct_name = substr(statement, RSTART + 7, RLENGTH - 7)
    open = index(statement, "{")
    count = split(substr(statement, open + 1, index(statement, "}") - open - 1), members, ";")
    if (trim(members[1]) != "size_t size" || struct_name == "xcj_sign_request")
        return
    printf "static void lengthen_%s(%s *s)\n{\n    (void)s;\n", struct_name, struct_name
    for (i = 2; i < count; i++) {
        member = trim(members[i])
        if (member ~ /^xcj_str [a-z_]+$/)
            printf "    s->%s.len += s->%s.ptr == NULL ? 5 : 0;\n", substr(member, 9), substr(member, 9)
        if (member ~ /^size_t [a-z_]+_count$/)
            counted[arrays++] = substr(member, 8, length(member) - 13)
        if (member ~ /^size_t passphrase_len$/)
            print "    s->passphrase_len += s->passphrase == NULL ? 5 : 0;"
    }
    printf "}\n\n"
    printf "static const %s *pick_const_%s_P(void)\n{\n    static %s s;\n    const size_t which = choose(%d);\n", struct_name, struct_name, struct_name, 4 + arrays
    printf "    base_%s(&s);\n    is_refused = is_refused || which == 1 || which > 3;\n    if (which == 1) {\n        s.size = 0;\n    }\n", struct_name
    printf "    if (which == 3) {\n        lengthen_%s(&s);\n    }\n", struct_name
    for (i = 0; i < arrays; i++)
        printf "    if (which == %d) {\n        s.%s = NULL;\n        s.%s_count = 5;\n    }\n", 4 + i, counted[i], counted[i]
    print "    return which > 0 ? &s : NULL;\n}\n"
}

END {
    drop_comments()
    for (rest = text; match(rest, /typedef struct [a-z_]+ \{[^}]*\} [a-z_]+;/); rest = substr(rest, RSTART + RLENGTH)) {
        from = RSTART
        length_in = RLENGTH
        put_struct(substr(rest, from, length_in))
        RSTART = from
        RLENGTH = length_in
    }
    for (rest = text; match(rest, /XCJ_API[^;]*;/); rest = substr(rest, from + length_in)) {
        from = RSTART
        length_in = RLENGTH
        put_function(substr(rest, from, length_in - 1))
    }
    print "static const struct {\n    const char *name;\n    void (*call)(void);\n} calls[] = {"
    for (i = 1; i <= functions; i++)
        printf "    { \"%s\", call_%s },\n", all[i], all[i]
    print "};"
}
