/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/sha512.c lib/sha512_crypt.c lib/password_hash.c lib/err.c */
/* fuzz_password.c: any text is a hash that /init can check, or is refused without being
 * repeated. */
#include "lib/password_hash.h"
#include "lib/sha512.h"
#include "tests/fuzz/fuzz.h"

enum { QUICK = 1100 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *rounds = strstr(text, "rounds=");
	char result[SHA512_CRYPT_SIZE];
	struct err err = ERR_INIT;
	int good = password_hash_check(text, &err);

	must_tell(good, &err);
	must(!good || strlen(text) < 12 || !strstr(err.text, text));
	/* Rounds only take time: the fewest that there are, and not each time. */
	if (size % 16 == 0 && rounds && strtoul(rounds + 7, NULL, 10) < QUICK &&
	    sha512_crypt("password", text, result))
		must(memchr(result, '\0', sizeof(result)) != NULL &&
		     strncmp(result, "$6$", 3) == 0);
	free(text);
	return 0;
}
