/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/* SOURCES: lib/guests.c lib/origin.c lib/names.c lib/schema/guest*.c lib/guest_*.c lib/conf.c lib/conf_read.c lib/conf_reader.c lib/conf_type.c lib/conf_value.c lib/conf_quote.c lib/conf_dump.c lib/nearest.c lib/file.c lib/strbuf.c lib/err.c lib/value/cpu_list.c lib/value/net.c lib/value/link.c lib/value/port.c lib/value/pci.c lib/value/units.c LIBS: inih */
/* clang-format on */
/* fuzz_guest.c: any guest's file is read or refused with its place; one that is wrong is kept
 * apart with what could be read of it, and hurts no other guest. */
#include "lib/guests.h"
#include "tests/fuzz/fuzz.h"

static const char good[] = "[Memory]\nSize=64M\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_guests_ struct guests guests = GUESTS_INIT;
	struct err err = ERR_INIT;

	fuzz_file("etc/bedplate/guests/good.conf", (const uint8_t *)good, strlen(good));
	fuzz_file("etc/bedplate/guests/fuzz.conf", data, size);
	must(guests_read_each(&guests, fuzz_tree(), &err) == 0);
	must(guests.count + guests.wrong_count == 2);
	if (guests.wrong_count)
		must(strstr(guests.wrong[0].why.text, "fuzz.conf") != NULL);
	guests_keep_wrong(&guests);
	return 0;
}
