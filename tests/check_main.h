/*
 * check_main.h: the main() of a Check program: `CHECK_MAIN(suite_function)`.
 */
#ifndef XCJ_TESTS_CHECK_MAIN_H
#define XCJ_TESTS_CHECK_MAIN_H

#include <check.h>
#include <stdlib.h>

#define CHECK_MAIN(suite_of)                                                                                                \
    int main(void)                                                                                                          \
    {                                                                                                                       \
        (void)setenv("CK_DEFAULT_TIMEOUT", "120", 0); /* Check's four seconds are short on a busy machine */                \
        SRunner *runner = srunner_create(suite_of());                                                                       \
        srunner_run_all(runner, CK_ENV);                                                                                    \
        int failed = srunner_ntests_failed(runner);                                                                         \
        srunner_free(runner);                                                                                               \
        return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;                                                                   \
    }

#endif
