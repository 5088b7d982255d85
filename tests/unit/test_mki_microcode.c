/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: mkinitramfs/microcode_format.c mkinitramfs/cpu.c lib/err.c lib/strbuf.c */
/* SOURCES: lib/file.c */
/* test_mki_microcode.c: processors and the makers' formats of microcode. */
#include <errno.h>

#include "lib/cleanup.h"
#include "mkinitramfs/microcode.h"
#include "tests/unit/tap.h"

static const char zen[] = "processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 23\n"
			  "model\t\t: 49\nmodel name\t: AMD EPYC 7502\nstepping\t: 0\n"
			  "flags\t\t: fpu vme hypervisors\n\n";

static void test_cpus(void)
{
	struct cpus cpus;

	cpus_parse(&cpus, zen);
	is_int((int)cpus.count, 1, "a processor is found");
	is_int(cpus.items[0].intel, 0, "with its maker");
	is_int((int)cpu_signature(&cpus.items[0]), 0x00830f10,
	       "its signature is CPUID's");
	is_int(cpus.is_virtual, 0, "it is a real one");
	cpus_parse(&cpus, "vendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 158\n"
			  "stepping\t: 10\n\nvendor_id\t: GenuineIntel\ncpu family\t: 6\n"
			  "model\t\t: 158\nstepping\t: 10\n\nvendor_id\t: GenuineIntel\n"
			  "cpu family\t: 6\nmodel\t\t: 158\nstepping\t: 12\n"
			  "flags\t\t: fpu hypervisor\n");
	is_int((int)cpus.count, 2, "each kind counts once");
	is_int((int)cpu_signature(&cpus.items[0]), 0x000906ea, "the signature of one");
	is_int(cpus.is_virtual, 1, "a hypervisor is seen");
	cpus_parse(&cpus, "vendor_id\t: CentaurHauls\ncpu family\t: 6\n");
	is_int((int)cpus.count, 0, "other makers are passed over");
}

static void put(struct strbuf *out, uint32_t word)
{
	for (unsigned i = 0; i < 4; i++)
		strbuf_addc(out, (char)(word >> 8 * i));
}

static void put_row(struct strbuf *out, uint32_t signature, uint16_t number)
{
	put(out, signature);
	put(out, 0);
	put(out, 0);
	put(out, number);
}

static void put_patch(struct strbuf *out, uint16_t number, uint32_t id)
{
	put(out, 1);
	put(out, 96);
	for (unsigned i = 0; i < 24; i++)
		put(out, i == 1 ? id : i == 6 ? number : 0);
}

static void put_container(struct strbuf *out)
{
	put(out, 0x00414d44);
	put(out, 0);
	put(out, 3 * 16);
	put_row(out, 0x00830f10, 0x8310);
	put_row(out, 0x00800f12, 0x8012);
	put_row(out, 0, 0);
	put_patch(out, 0x8012, 1);
	put_patch(out, 0x8310, 2);
}

static int pick(const struct strbuf *from, uint32_t signature, struct strbuf *out)
{
	strbuf_truncate(out, 0);
	return microcode_pick_amd((const uint8_t *)from->text, from->length, signature,
				  out, NULL);
}

static void test_amd(void)
{
	_cleanup_strbuf_ struct strbuf all, one, expected;

	strbuf_init(&all, 0);
	strbuf_init(&one, 0);
	strbuf_init(&expected, 0);
	put_container(&all);
	put(&expected, 0x00414d44);
	put(&expected, 0);
	put(&expected, 2 * 16);
	put_row(&expected, 0x00830f10, 0x8310);
	put_row(&expected, 0, 0);
	put_patch(&expected, 0x8310, 2);
	is_int(pick(&all, 0x00830f10, &one), 1, "there is a patch");
	ok(one.length == expected.length && !memcmp(one.text, expected.text, one.length),
	   "the container has it, and no other processor's");
	is_int(pick(&all, 0x00a20f10, &expected), 0, "there is none for another");
	is_int((int)expected.length, 0, "and nothing is written");
	put_container(&all);
	is_int(pick(&all, 0x00800f12, &one), 1, "two containers are read");
	is_int((int)one.length, 2 * (12 + 32 + 104), "and give two");
	is_int(pick(&one, 0x00800f12, &expected), 1, "what was picked can be read again");
	for (size_t cut = 1; cut < 104; cut += 7) {
		strbuf_truncate(&all, all.length - 7);
		if (pick(&all, 0x00830f10, &one) != -EBADMSG)
			break;
		if (cut + 7 >= 104)
			ok(1, "a container that is cut off is refused wherever");
	}
	strbuf_truncate(&all, 0);
	strbuf_adds(&all, "something else entirely");
	is_int(pick(&all, 1, &one), -EBADMSG, "another file is refused");
}

static void put_intel(struct strbuf *out, uint32_t signature, uint32_t more)
{
	uint32_t words[48 / 4 + 4 + 8] = { 1, 7, 0,  signature,        0,
					   1, 0, 16, 48 + 16 + 20 + 12 };
	uint32_t sum = 0;

	words[12] = 99;
	for (unsigned i = 0; i < 16; i++)
		sum += words[i];
	words[4] = -sum;
	words[16] = 1;
	words[21] = more;
	for (unsigned i = 0; i < 24; i++)
		put(out, words[i]);
}

static int check(const struct strbuf *file, uint32_t signature)
{
	return microcode_check_intel((const uint8_t *)file->text, file->length, signature,
				     NULL);
}

static void test_intel(void)
{
	_cleanup_strbuf_ struct strbuf file;

	strbuf_init(&file, 0);
	put_intel(&file, 0x906ea, 0x906eb);
	put_intel(&file, 0x906ec, 0);
	is_int(check(&file, 0x906ea), 1, "the header's signature counts");
	is_int(check(&file, 0x906eb), 1, "and those behind the data");
	is_int(check(&file, 0x906ec), 1, "and a second update's");
	is_int(check(&file, 0x506e3), 0, "no other");
	file.text[50]++;
	is_int(check(&file, 0x906ea), -EBADMSG, "a wrong checksum is seen");
	file.text[50]--;
	strbuf_truncate(&file, file.length - 4);
	is_int(check(&file, 0x906ea), -EBADMSG, "so is a file that is cut off");
}

int main(void)
{
	test_cpus();
	test_amd();
	test_intel();
	return done_testing();
}
