/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sha512.h: SHA-512 (FIPS 180-4), and passwords' hashes made with it. */
#ifndef BEDPLATE_LIB_SHA512_H
#define BEDPLATE_LIB_SHA512_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SHA512_SIZE = 64, SHA512_BLOCK = 128, SHA512_CRYPT_SIZE = 192 };

struct sha512 {
	uint64_t state[8];
	uint64_t length; /* bytes so far; 2^61 are more than anybody has */
	uint8_t block[SHA512_BLOCK];
};

void sha512_init(struct sha512 *sha);
void sha512_add(struct sha512 *sha, const void *data, size_t size);
void sha512_finish(struct sha512 *sha, uint8_t digest[SHA512_SIZE]);

/* What crypt(5) calls sha512crypt, by "Unix crypt using SHA-256 and SHA-512" (U. Drepper):
 * writes the hash of the password with the salt (and the rounds=) of `setting`, which is
 * "$6$SALT" with anything behind, such as a whole hash. False where the setting is none.
 * A password may have any length that the memory of the stack has room for: at most
 * 512 bytes; a longer one is false. (musl as Debian has it comes without crypt(3).) */
bool sha512_crypt(const char *password, const char *setting,
		  char result[SHA512_CRYPT_SIZE]);

#endif
