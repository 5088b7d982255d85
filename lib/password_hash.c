/* SPDX-License-Identifier: GPL-2.0-or-later */
/* password_hash.c: tells hashes that can be checked at boot from those that cannot. */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "lib/password_hash.h"

enum { SALT_MAX = 16, HASH_LENGTH = 86 };

static bool is_of_alphabet(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (!isalnum((unsigned char)text[i]) && text[i] != '.' && text[i] != '/')
			return false;
	}
	return true;
}

static bool is_sha512(const char *hash)
{
	const char *rest = hash + strlen("$6$");
	size_t digits, salt;

	if (strncmp(hash, "$6$", strlen("$6$")) != 0)
		return false;
	if (strncmp(rest, "rounds=", strlen("rounds=")) == 0) {
		rest += strlen("rounds=");
		digits = strspn(rest, "0123456789");
		/* Fewer or more rounds would be written otherwise than they are read. */
		if (digits < 4 || digits > 9 || rest[0] == '0' || rest[digits] != '$')
			return false;
		rest += digits + 1;
	}
	salt = strcspn(rest, "$");
	if (salt == 0 || salt > SALT_MAX || rest[salt] != '$')
		return false;
	return is_of_alphabet(rest, salt) && strlen(rest + salt + 1) == HASH_LENGTH &&
	       is_of_alphabet(rest + salt + 1, HASH_LENGTH);
}

int password_hash_check(const char *hash, struct err *err)
{
	if (is_sha512(hash))
		return 0;
	/* The text is not repeated: it may be a password that was meant to be hashed. */
	if (hash[0] == '$' && hash[1] && strchr(hash + 1, '$'))
		err_set(err, EINVAL,
			"of passwords' hashes, only those that begin with $6$ (SHA-512) and "
			"are whole can be checked at boot");
	else
		err_set(err, EINVAL, "this is no hash of a password ($6$SALT$HASH)");
	err_hint(err, "\"openssl passwd -6\" or \"mkpasswd -m sha-512\" makes one");
	return -EINVAL;
}
