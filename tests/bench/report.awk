# Writes docs/performance.md from the files that report.sh has made, in its order: conditions, bench, allocations, growth,
# processes. Tables for the plots go to `dir`.
BEGIN {
    FS = "\t"
    impls = split("xcj xcj-shared floor xcj-jwt libjwt libjose cjose rhonabwy", impl, " ")
    algs = split("HS256 RS256 PS256 ES256 EdDSA", alg, " ")
    split("small large", payload, " ")
}

FILENAME ~ /\/conditions$/ { condition[++conditions] = $1; conditioned[conditions] = $2; if ($1 ~ /speed/) signatures = $2 + 0 }
FILENAME ~ /\/bench$/ { rate[$1, $2, $3, $4, $5] = $6; if ($1 !~ /^(xcj|floor)/) best($1) }
FILENAME ~ /\/allocations$/ { if (!($1 in most) || $4 > most[$1]) most[$1] = $4 }
FILENAME ~ /\/growth$/ { cost[$1, $2] = $3; if (!(($1, 0) in sizes)) sizes[$1, 0] = 0; sizes[$1, ++sizes[$1, 0]] = $2 }
FILENAME ~ /\/dpop$/ { proof[$1] = $2 }
FILENAME ~ /\/processes$/ { process[++processes] = $1; took[$1] = $2 }

# The fastest other library for a job, one thread.
function best(name) {
    if ($5 == 1 && $6 > top[$2, $3, $4]) {
        top[$2, $3, $4] = $6
        top_name[$2, $3, $4] = name
    }
}

# a / b to so many places, or a dash.
function ratio(a, b, places) {
    return a > 0 && b > 0 ? sprintf("%." places "f", a / b) : "-"
}

function per_second(r) {
    return r > 0 ? sprintf("%.0f", r) : "-"
}

function microseconds(r) {
    return r > 0 ? sprintf("%.2f", 1e6 / r) : "-"
}

function head(names, aligns) {
    print "| " names " |"
    print "|" aligns "|"
}

function floors(job,    i, k, a, p, f) {
    print "\n### " job "\n"
    head("| floor, us | xcj, us | xcj / floor | xcj-shared / floor", "---|--:|--:|--:|--:")
    for (i = 1; i <= algs; i++)
        for (k = 1; k <= 2; k++) {
            a = alg[i]; p = payload[k]; f = rate["floor", job, a, p, 1]
            printf "| %s %s | %s | %s | %s | %s |\n", a, p, microseconds(f), microseconds(rate["xcj", job, a, p, 1]), \
                ratio(rate["xcj", job, a, p, 1], f, 3), ratio(rate["xcj-shared", job, a, p, 1], f, 3)
        }
}

function peers(job,    i, k, n, line, a, p) {
    print "\n### " job ", operations a second\n"
    head("| xcj | xcj-shared | floor | xcj-jwt | libjwt | libjose | cjose | rhonabwy | xcj / best other", \
         "---|--:|--:|--:|--:|--:|--:|--:|--:|--:")
    for (i = 1; i <= algs; i++)
        for (k = 1; k <= 2; k++) {
            a = alg[i]; p = payload[k]
            if (!(("xcj", job, a, p, 1) in rate))
                continue
            line = "| " a " " p
            for (n = 1; n <= impls; n++)
                line = line " | " per_second(rate[impl[n], job, a, p, 1])
            print line " | " ratio(rate["xcj", job, a, p, 1], top[job, a, p], 2) \
                (top_name[job, a, p] != "" ? " (" top_name[job, a, p] ")" : "") " |"
        }
}

# What the bars show: percent of the floor.
function plot(job,    i, k, n, f, r, file) {
    file = dir "/" job ".plot"
    printf "case" >file
    for (n = 1; n <= impls; n++)
        if (impl[n] != "floor")
            printf "\t%s", impl[n] >file
    printf "\n" >file
    for (i = 1; i <= algs; i++)
        for (k = 1; k <= 2; k++) {
            f = rate["floor", job, alg[i], payload[k], 1]
            printf "%s %s", alg[i], payload[k] >file
            for (n = 1; n <= impls; n++) {
                r = rate[impl[n], job, alg[i], payload[k], 1]
                if (impl[n] != "floor")
                    printf "\t%s", (r > 0 ? sprintf("%.2f", 100 * r / f) : "-") >file
            }
            printf "\n" >file
        }
    close(file)
}

function twice(name, job, a, p) {
    return ratio(rate[name, job, a, p, 2], rate[name, job, a, p, 1], 2)
}

function threads(    j, job, i, k, n, line) {
    print "\n## Two threads\n"
    print "Operations per second with two threads, as a multiple of one thread. The threads of xcj-shared share one handle and nothing"
    print "else. The threads of the others each have their own state if the library supports it.\n"
    head("| xcj-shared | xcj | floor | xcj-jwt | libjwt | libjose | cjose | rhonabwy", "---|--:|--:|--:|--:|--:|--:|--:|--:")
    for (j = 1; j <= 3; j++) {
        job = j == 1 ? "mint" : j == 2 ? "verify" : "convert"
        for (i = 1; i <= algs; i++)
            for (k = 1; k <= 2; k++) {
                if (!(("xcj", job, alg[i], payload[k], 2) in rate))
                    continue
                line = "| " job " " alg[i] " " payload[k] " | " twice("xcj-shared", job, alg[i], payload[k]) " | " \
                    twice("xcj", job, alg[i], payload[k])
                for (n = 3; n <= impls; n++)
                    line = line " | " twice(impl[n], job, alg[i], payload[k])
                print line " |"
            }
    }
}

# The lowest ratio over some cases: `jobs_algs` is a list of job:alg:payload.
function lowest(name, than, jobs_algs,    n, parts, i, w, r, low) {
    n = split(jobs_algs, parts, " ")
    low = -1
    for (i = 1; i <= n; i++) {
        split(parts[i], w, ":")
        if (rate[name, w[1], w[2], w[3], 1] > 0 && rate[than, w[1], w[2], w[3], 1] > 0) {
            r = rate[name, w[1], w[2], w[3], 1] / rate[than, w[1], w[2], w[3], 1]
            if (low < 0 || r < low)
                low = r
        }
    }
    return low
}

function aim(text, wanted, got) {
    printf "| %s | %s | %s |\n", text, wanted, got < 0 ? "-" : sprintf("%.3f", got)
}

# Two threads on one shared handle, over the jobs where the floor itself reaches 1.85 times.
function lowest_pair(    j, i, k, job, low, f, r) {
    low = -1
    for (j = 1; j <= 2; j++)
        for (i = 1; i <= algs; i++)
            for (k = 1; k <= 2; k++) {
                job = j == 1 ? "mint" : "verify"
                f = twice("floor", job, alg[i], payload[k])
                r = twice("xcj-shared", job, alg[i], payload[k])
                if (f >= 1.85 && r != "-" && (low < 0 || r < low)) {
                    low = r + 0
                    pair_case = job " " alg[i] " " payload[k]
                }
            }
    return low
}

function aims(    low) {
    print "\n## Targets\n"
    print "The project's own targets, and the lowest ratio in this run.\n"
    head("| at least | measured", "---|--:|--:")
    aim("mint RS256 and PS256 / floor", 0.98, \
        lowest("xcj", "floor", "mint:RS256:small mint:RS256:large mint:PS256:small mint:PS256:large"))
    aim("mint ES256 small / floor", 0.93, lowest("xcj", "floor", "mint:ES256:small"))
    aim("mint ES256 large / floor", 0.85, lowest("xcj", "floor", "mint:ES256:large"))
    aim("mint EdDSA small / floor", 0.95, lowest("xcj", "floor", "mint:EdDSA:small"))
    aim("mint EdDSA large / floor", 0.88, lowest("xcj", "floor", "mint:EdDSA:large"))
    aim("verify RS256 small / floor", 0.93, lowest("xcj", "floor", "verify:RS256:small"))
    aim("verify RS256 large / floor", 0.88, lowest("xcj", "floor", "verify:RS256:large"))
    aim("verify ES256 and EdDSA / floor", 0.97, \
        lowest("xcj", "floor", "verify:ES256:small verify:ES256:large verify:EdDSA:small verify:EdDSA:large"))
    aim("mint HS256 small / cjose", 6, lowest("xcj", "cjose", "mint:HS256:small"))
    aim("mint HS256 large / cjose", 8, lowest("xcj", "cjose", "mint:HS256:large"))
    aim("verify HS256 small / cjose", 6, lowest("xcj", "cjose", "verify:HS256:small"))
    aim("verify HS256 large / cjose", 8, lowest("xcj", "cjose", "verify:HS256:large"))
    aim("mint and verify HS256, xcj-shared / cjose", 3.5, \
        lowest("xcj-shared", "cjose", "mint:HS256:small mint:HS256:large verify:HS256:small verify:HS256:large"))
    low = lowest_pair()
    aim("two threads on one shared handle / one thread, where the floor reaches 1.85 (lowest: " pair_case ")", 1.85, low)
    aim("mint RS256: `jose` / `xcj`, whole process", 1, \
        took["mint RS256: jose jws sig"] / took["mint RS256: xcj"])
    aim("verify RS256: `jose` / `xcj`, whole process", 1, \
        took["verify RS256: jose jws ver"] / took["verify RS256: xcj"])
    aim("convert RSA public, for each signature of `openssl speed rsa2048`", "11.4", \
        rate["xcj", "convert", "RS256", "small", 1] / signatures)
    aim("convert P-256 public, for each signature of `openssl speed rsa2048`", "5.7", \
        rate["xcj", "convert", "ES256", "small", 1] / signatures)
    print ""
    head("| at most | measured", "---|--:|--:")
    aim("convert: `xcj` / `openssl version`, whole process", 1.15, took["convert: xcj"] / took["openssl version"])
    aim("check a DPoP proof with ES256 / import its key and check a signature with OpenSSL (`xcj-dpop`)", 1.1, \
        proof["proof"] / (proof["import"] + proof["check"]))
    aim("allocations of our own per mint", 0, most["mint"])
    aim("allocations of our own per verify", 1, most["verify"])
}

function growth(first, second, unit, names,    i, n, s) {
    head(names, "--:|--:|--:")
    n = sizes[first, 0]
    for (i = 1; i <= n; i++) {
        s = sizes[first, i]
        printf "| %d | %.1f | %.1f |\n", s, cost[first, s], cost[second, s]
    }
}

END {
    plot("mint")
    plot("verify")
    print "# Performance\n"
    print "<!-- Written by tests/bench/report.sh: run it again rather than edit this. -->\n"
    print "This page is for people who choose a library by its speed: what libxcj costs, compared with bare OpenSSL and with others.\n"
    print "All figures come from one run of `sh tests/bench/report.sh` under the conditions below. Machines drift, so compare only"
    print "within one run. To repeat one measurement, in a build with the other libraries installed:\n"
    print "    xcj-bench --impl xcj,floor,cjose --job mint --alg RS256 --payload small --threads 2 --seconds 1 --rounds 5\n"
    head("|", "---|---")
    for (i = 1; i <= conditions; i++)
        print "| " condition[i] " | " conditioned[i] " |"
    print "\nThe implementations take turns in one process (`xcj-bench`); each figure is the median of the rounds. OpenSSL and jansson"
    print "alone check the first and last token of every thread in every turn. Each verifier has refused a token with a changed"
    print "signature, a changed payload, an expired exp, another issuer, and another audience.\n"
    print "- `xcj`: this library, with a scratch per thread. `xcj-shared`: with one const handle for all threads and no scratch."
    print "- `xcj-jwt`: libxcj-jwt, for a program that keeps using libjwt's jwt_t. It makes the jwt_t from the authentication or the"
    print "  token, and signs it or reads it."
    print "- `floor`: the bare OpenSSL operation on a prepared input of the same length, with all contexts reused."
    print "- The other libraries: as Debian packages them, each in the fastest way that its API allows. If a library leaves claims to"
    print "  its caller, jansson makes and reads them; all of these libraries need it anyway."
    print "- mint: from an API key (small) or a Bearer token of about 1 KB (large) to a signed token."
    print "- verify: from such a token to checked exp, iss and aud."
    print "- convert: from JWK to PEM, for a public (small) or private (large) key."
    aims()
    print "\n## Compared with bare OpenSSL"
    floors("mint")
    floors("verify")
    print "\n![mint](performance/mint.svg)\n"
    print "![verify](performance/verify.svg)"
    print "\n## Compared with other libraries"
    peers("mint")
    peers("verify")
    peers("convert")
    threads()
    print "\n## Whole processes\n"
    print "Wall time from posix_spawn to the end, medians, taking turns; RSA keys have 2048 bits.\n"
    head("| ms | / openssl version", "---|--:|--:")
    for (i = 1; i <= processes; i++)
        printf "| %s | %.2f | %s |\n", process[i], took[process[i]], ratio(took[process[i]], took["openssl version"], 2)
    print "\n## Growth\n"
    print "HS256, one thread, microseconds. The claims grow by members of about fifty bytes.\n"
    growth("mint", "verify", "bytes", "bytes of claims | mint | verify")
    print "\nThe kid selects one of N keys for each verification. The set is read once.\n"
    growth("select", "read", "keys", "keys in the set | verify | read the set")
    print "\n![growth](performance/growth.svg)"
}
