/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/err.c */
/* test_text_match.c: endings and words count whole. */
#include "lib/text_match.h"
#include "tests/unit/tap.h"

static void test_endings(void)
{
	ok(text_ends_in("a.conf", ".conf"), "a name with the ending");
	ok(!text_ends_in(".conf", ".conf"), "an ending alone is no name");
	ok(!text_ends_in("a.conf.sample", ".conf"), "it is at the end");
	ok(!text_ends_in("f", ".conf"), "a name that is shorter");
	ok(!text_ends_in("", ".conf"), "no name");
}

static void test_words(void)
{
	ok(text_has_word("svm", " ", "svm"), "the only word");
	ok(text_has_word("fpu vmx svm", " ", "vmx"), "one between others");
	ok(text_has_word("a, b,c", ", ", "b"), "whatever parts them");
	ok(text_has_word("svmx svm", " ", "svm"), "after one that begins so");
	ok(!text_has_word("svmx xsvm sv", " ", "svm"), "a part of a word is none");
	ok(!text_has_word("a  b", " ", ""), "nothing is no word");
	ok(!text_has_word("", " ", "a") && !text_has_word(NULL, " ", "a"), "no list");
}

int main(void)
{
	test_endings();
	test_words();
	return done_testing();
}
