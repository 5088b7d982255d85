/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tap.h: a unit test's vocabulary. A test is a program that prints TAP (testanything.org)
 * and exits with 1 when a check failed. Its first comment line names what it is linked
 * from: SOURCES: lib/a.c lib/b.c LIBS: inih
 */
#ifndef BEDPLATE_TESTS_TAP_H
#define BEDPLATE_TESTS_TAP_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int tap_count, tap_failed;

__attribute__((format(printf, 4, 5), unused)) static int
tap_ok(int passed, const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	printf("%sok %d - ", passed ? "" : "not ", ++tap_count);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	if (!passed) {
		tap_failed++;
		printf("# failed at %s:%d\n", file, line);
	}
	return passed;
}

#define ok(condition, ...) tap_ok(!!(condition), __FILE__, __LINE__, __VA_ARGS__)

#define is_str(got, expected, ...)                                           \
	do {                                                                 \
		const char *got_ = (got), *expected_ = (expected);           \
		int same_ = got_ && expected_ ? strcmp(got_, expected_) == 0 \
					      : got_ == expected_;           \
		if (!ok(same_, __VA_ARGS__))                                 \
			printf("# got      \"%s\"\n# expected \"%s\"\n",     \
			       got_ ? got_ : "(null)",                       \
			       expected_ ? expected_ : "(null)");            \
	} while (0)

#define is_int(got, expected, ...)                                                    \
	do {                                                                          \
		long long got_ = (long long)(got), expected_ = (long long)(expected); \
		if (!ok(got_ == expected_, __VA_ARGS__))                              \
			printf("# got %lld, expected %lld\n", got_, expected_);       \
	} while (0)

/* The value of main(): prints the plan. */
#define done_testing() (printf("1..%d\n", tap_count), tap_failed || !tap_count ? 1 : 0)

#endif
