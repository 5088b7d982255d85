/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ksmpages.c: has memory full of equal pages that may be merged, as a guest's is, until it is
 * killed. Usage: ksmpages MEGABYTES */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	size_t size = argc == 2 ? strtoul(argv[1], NULL, 10) << 20 : 0;
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED || madvise(memory, size, MADV_MERGEABLE) < 0) {
		perror("ksmpages");
		return 1;
	}
	memset(memory, 0x5a, size);
	for (;;)
		pause();
}
