/* SPDX-License-Identifier: GPL-2.0-or-later */
/* password_hash.h: the form of a password's hash that /init can check. */
#ifndef BEDPLATE_LIB_PASSWORD_HASH_H
#define BEDPLATE_LIB_PASSWORD_HASH_H

#include "lib/err.h"

/* Checks that a text is a hash by sha512crypt, "$6$[rounds=N$]SALT$HASH" (crypt(5)): the one
 * method that /init knows (sha512.h). -EINVAL says what is wrong, without repeating the
 * text, and what makes a right one. */
int password_hash_check(const char *hash, struct err *err);

#endif
