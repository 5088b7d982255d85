/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conf_macros.h: the pasting and walking that conf_struct.h and conf_table.h share. */
#ifndef BEDPLATE_LIB_CONF_MACROS_H
#define BEDPLATE_LIB_CONF_MACROS_H

#define CONF_PASTE2_(a, b)    a##_##b
#define CONF_PASTE2(a, b)     CONF_PASTE2_(a, b)
#define CONF_PASTE3_(a, b, c) a##_##b##_##c
#define CONF_PASTE3(a, b, c)  CONF_PASTE3_(a, b, c)
#define CONF_STRING_(a)       #a
#define CONF_STRING(a)        CONF_STRING_(a)

/*
 * A row's constraint stands as CONF_ANY, CONF_RANGE(min, max) or CONF_WORDS(word, ...).
 * Pasted behind CONF_IS_ it says which of two macros the row calls, and with which
 * words: CONF_CALL(CONF_IS_##constraint, ...) is CONF_WORDED(words, ...)
 * for words, CONF_UNWORDED((), ...) for the others.
 */
#define CONF_IS_CONF_ANY             CONF_UNWORDED, ()
#define CONF_IS_CONF_RANGE(min, max) CONF_UNWORDED, ()
#define CONF_IS_CONF_WORDS(...)      CONF_WORDED, (__VA_ARGS__)
#define CONF_CALL(...)               CONF_CALL_(__VA_ARGS__)
#define CONF_CALL_(which, ...)       which(__VA_ARGS__)

/* CONF_EACH(m, (a, b), x): m(x, a) m(x, b), for up to 24 words. */
#define CONF_EACH(m, words, x) CONF_EACH_(m, x, CONF_UNWRAP words)
#define CONF_UNWRAP(...)       __VA_ARGS__
#define CONF_EACH_(m, x, ...)  CONF_EACH__(m, x, __VA_ARGS__)
#define CONF_EACH__(m, x, ...)                                                         \
	CONF_PICK(__VA_ARGS__, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, \
		  10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)                                    \
	(m, x, __VA_ARGS__)
#define CONF_PICK(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, \
		  a17, a18, a19, a20, a21, a22, a23, a24, count, ...)                    \
	CONF_EACH_##count
#define CONF_EACH_1(m, x, a)       m(x, a)
#define CONF_EACH_2(m, x, a, ...)  m(x, a) CONF_EACH_1(m, x, __VA_ARGS__)
#define CONF_EACH_3(m, x, a, ...)  m(x, a) CONF_EACH_2(m, x, __VA_ARGS__)
#define CONF_EACH_4(m, x, a, ...)  m(x, a) CONF_EACH_3(m, x, __VA_ARGS__)
#define CONF_EACH_5(m, x, a, ...)  m(x, a) CONF_EACH_4(m, x, __VA_ARGS__)
#define CONF_EACH_6(m, x, a, ...)  m(x, a) CONF_EACH_5(m, x, __VA_ARGS__)
#define CONF_EACH_7(m, x, a, ...)  m(x, a) CONF_EACH_6(m, x, __VA_ARGS__)
#define CONF_EACH_8(m, x, a, ...)  m(x, a) CONF_EACH_7(m, x, __VA_ARGS__)
#define CONF_EACH_9(m, x, a, ...)  m(x, a) CONF_EACH_8(m, x, __VA_ARGS__)
#define CONF_EACH_10(m, x, a, ...) m(x, a) CONF_EACH_9(m, x, __VA_ARGS__)
#define CONF_EACH_11(m, x, a, ...) m(x, a) CONF_EACH_10(m, x, __VA_ARGS__)
#define CONF_EACH_12(m, x, a, ...) m(x, a) CONF_EACH_11(m, x, __VA_ARGS__)
#define CONF_EACH_13(m, x, a, ...) m(x, a) CONF_EACH_12(m, x, __VA_ARGS__)
#define CONF_EACH_14(m, x, a, ...) m(x, a) CONF_EACH_13(m, x, __VA_ARGS__)
#define CONF_EACH_15(m, x, a, ...) m(x, a) CONF_EACH_14(m, x, __VA_ARGS__)
#define CONF_EACH_16(m, x, a, ...) m(x, a) CONF_EACH_15(m, x, __VA_ARGS__)
#define CONF_EACH_17(m, x, a, ...) m(x, a) CONF_EACH_16(m, x, __VA_ARGS__)
#define CONF_EACH_18(m, x, a, ...) m(x, a) CONF_EACH_17(m, x, __VA_ARGS__)
#define CONF_EACH_19(m, x, a, ...) m(x, a) CONF_EACH_18(m, x, __VA_ARGS__)
#define CONF_EACH_20(m, x, a, ...) m(x, a) CONF_EACH_19(m, x, __VA_ARGS__)
#define CONF_EACH_21(m, x, a, ...) m(x, a) CONF_EACH_20(m, x, __VA_ARGS__)
#define CONF_EACH_22(m, x, a, ...) m(x, a) CONF_EACH_21(m, x, __VA_ARGS__)
#define CONF_EACH_23(m, x, a, ...) m(x, a) CONF_EACH_22(m, x, __VA_ARGS__)
#define CONF_EACH_24(m, x, a, ...) m(x, a) CONF_EACH_23(m, x, __VA_ARGS__)

#endif
