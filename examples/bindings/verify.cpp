// verify.cpp: libxcj from C++17. The handles fit into std::unique_ptr, errors into an exception; nothing else is needed.
//
//     c++ -std=c++17 -o verify verify.cpp $(pkg-config --cflags --libs xcj)
//     ./verify JWKS.json AUDIENCE < TOKEN
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <xcj.h>

template <auto Free> struct freed {
    template <typename T> void operator()(T *handle) const
    {
        Free(handle);
    }
};
using keyset = std::unique_ptr<xcj_keyset, freed<xcj_keyset_free>>;
using verifier = std::unique_ptr<xcj_verifier, freed<xcj_verifier_free>>;
using verified = std::unique_ptr<xcj_verified, freed<xcj_verified_free>>;

static void check(xcj_code code, const xcj_error &err)
{
    if (code != XCJ_OK) {
        throw std::runtime_error(std::string(xcj_code_name(code)) + ": " + err.message);
    }
}

static keyset keys_of(const std::string &json)
{
    xcj_keyset *set = nullptr;
    xcj_error err;
    check(xcj_keyset_from_json(&set, json.data(), json.size(), nullptr, &err), err);
    return keyset(set);
}

static verifier verifier_for(const keyset &keys, std::string_view audience)
{
    const xcj_str wanted = { audience.data(), audience.size() };
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.audiences = &wanted;
    options.audiences_count = 1;
    xcj_verifier *made = nullptr;
    xcj_error err;
    check(xcj_verifier_new(&made, keys.get(), &options, &err), err);
    return verifier(made);
}

static verified verify(const verifier &with, std::string_view token)
{
    xcj_verified *result = nullptr;
    xcj_error err;
    check(xcj_verify(&result, with.get(), token.data(), token.size(), nullptr, &err), err);
    return verified(result);
}

static std::string read_all(std::istream &in)
{
    return { std::istreambuf_iterator<char>(in), {} };
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        std::cerr << "usage: " << argv[0] << " JWKS.json AUDIENCE < TOKEN\n";
        return 2;
    }
    try {
        std::ifstream file(argv[1]);
        const verifier backend = verifier_for(keys_of(read_all(file)), argv[2]);
        std::string token = read_all(std::cin);
        token.erase(token.find_last_not_of("\r\n") + 1);
        const verified result = verify(backend, token); // owns the text that is printed
        const xcj_str claims = xcj_verified_payload(result.get());
        std::cout << std::string_view(claims.ptr, claims.len) << '\n';
    } catch (const std::exception &error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
    return 0;
}
