/* SPDX-License-Identifier: GPL-2.0-or-later */
/* password.h: asks for the rescue shell's password. */
#ifndef BEDPLATE_INIT_PASSWORD_H
#define BEDPLATE_INIT_PASSWORD_H

/* Asks on the terminal `fd`, without an echo, until the answer has this hash (crypt(5)); after
 * three wrong ones each next attempt has to wait longer, up to a minute. For a child that
 * is the terminal's session leader: it returns only when the answer was right. */
void password_ask(int fd, const char *hash);

#endif
