/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/* SOURCES: lib/err.c lib/strbuf.c lib/file.c lib/nearest.c lib/conf.c lib/conf_type.c lib/conf_value.c lib/conf_quote.c lib/conf_reader.c lib/conf_read.c lib/value/units.c lib/value/pci.c lib/value/pci_select.c lib/value/net.c lib/value/link.c lib/value/port.c lib/value/cpu_list.c lib/schema/host.c lib/schema/host_prepare.c lib/schema/rule.c lib/kernel_rule.c lib/password_hash.c LIBS: inih */
/* clang-format on */
/* test_host_prepare.c: what is wrong in host.conf about the running host is told with its line. */
#include "lib/cleanup.h"
#include "lib/schema/host.h"
#include "lib/value/units.h"
#include "tests/unit/tap.h"

static const struct {
	const char *text, *line; /* the message has this in it */
} bad[] = {
	{ "[Swap]\nPriority=5\n", "one of Device=, File= and Zram= is needed" },
	{ "[Swap]\nDevice=/dev/sda2\nFile=/swap\n",
	  "host.conf:2: [Swap] Device: of Device=" },
	{ "[Swap]\nFile=/swap\nZram=yes\n", "host.conf:2: [Swap] File: of Device=" },
	{ "[Swap]\nDevice=sda2\n",
	  "host.conf:2: [Swap] Device: \"sda2\" is neither a path" },
	{ "[Swap]\nDevice=/dev/sda2\nSize=1G\n",
	  "host.conf:3: [Swap] Size: a device has" },
	{ "[Swap]\nZram=yes\n", "host.conf:2: [Swap] Zram: Size= is needed" },
	{ "[Swap]\nZram=yes\nSize=0%\n", "host.conf:3: [Swap] Size: \"0%\" is not 1%" },
	{ "[Swap]\nZram=yes\nSize=5x\n",
	  "host.conf:3: [Swap] Size: \"5x\" is neither a size" },
	{ "[Swap]\nZram=yes\nSize=-5%\n", "host.conf:3: [Swap] Size: \"-5%\"" },
	{ "[Swap]\nFile=/swap\nSize=4096\n", "host.conf:3: [Swap] Size: less than 1M" },
	{ "[Swap]\nFile=swap\n", "host.conf:2" },
	{ "[Swap]\nFile=/swap\nAlgorithm=zstd\n",
	  "host.conf:3: [Swap] Algorithm: only zram" },
	{ "[Swap]\nFile=/swap\nMemoryLimit=1G\n",
	  "host.conf:3: [Swap] MemoryLimit: only" },
	{ "[Swap]\nFile=/swap\nFormat=yes\n",
	  "host.conf:3: [Swap] Format: what is no device" },
	{ "[Swap]\nFile=/swap\nPriority=40000\n", "host.conf:3" },
	{ "[Swap]\nFile=/swap\nDiscard=yes\n", "host.conf:3" },
	{ "[Swap]\nFile=/swap\nLabel=0123456789abcdef\n",
	  "host.conf:3: [Swap] Label: \"0123456789abcdef\" is longer than 15" },
	{ "[Swap]\nDevice=UUID=1\n[Swap]\nDevice=UUID=1\n",
	  "host.conf:4: [Swap] Device: UUID=1 is swap space already (host.conf:2)" },
	{ "[Swap]\nFile=/a\n[Swap]\nFile=/a\n",
	  "host.conf:4: [Swap] File: /a is swap space already (host.conf:2)" },
	{ "[Swap]\nDevice=UUID=\n",
	  "host.conf:2: [Swap] Device: \"UUID=\" is neither a path" },
	{ "[Swap]\nDevice=NAME=x\n",
	  "host.conf:2: [Swap] Device: \"NAME=x\" is neither a path" },
	{ "[Swap]\nDevice=/dev/sda2\nLabel=a\n",
	  "host.conf:3: [Swap] Label: is for new swap space" },
	{ "[Swap]\nDevice=/dev/sda2\nUuid=11111111-2222-3333-4444-555555555555\n",
	  "host.conf:3: [Swap] Uuid: is for new swap space" },
	{ "[Swap]\nDevice=/dev/sda2\nFormat=yes\nUuid=11111111-2222\n",
	  "host.conf:4: [Swap] Uuid: \"11111111-2222\" is no UUID" },
	{ "[Swap]\nZram=yes\nSize=1G\nAlgorithm=zstd level=3\n",
	  "host.conf:4: [Swap] Algorithm: \"zstd level=3\" is not" },
	{ "[HugePages]\nSize=3M\n",
	  "host.conf:2: [HugePages] Size: no page has this size" },
	{ "[HugePages]\nPages=many\n",
	  "host.conf:2: [HugePages] Pages: \"many\" is neither" },
	{ "[HugePages]\nPages=-1\n",
	  "host.conf:2: [HugePages] Pages: \"-1\" is neither" },
	{ "[HugePages]\nNode=0\n",
	  "host.conf:2: [HugePages] Node: Pages= needs a number" },
	{ "[HugePages]\nPages=4\nSpare=2\n", "host.conf:3: [HugePages] Spare: is for" },
	{ "[HugePages]\nOwner=libvirt-qemu\n",
	  "host.conf:2: [HugePages] Owner: means nothing" },
	{ "[HugePages]\nMount=/h\nMode=999\n", "host.conf:3: [HugePages] Mode: \"999\"" },
	{ "[HugePages]\nMount=/h\nMountSize=3M\n",
	  "host.conf:3: [HugePages] MountSize: is no" },
	{ "[HugePages]\nMount=/h\n[HugePages]\nSize=1G\nMount=/h\n",
	  "host.conf:5: [HugePages] Mount: /h is mounted by another" },
	{ "[HugePages]\nPages=4\n[HugePages]\nPages=5\n",
	  "host.conf:4: [HugePages] Pages: how many of this size is said already (host.conf:2)" },
	{ "[HugePages]\nPages=4\nNode=1\n[HugePages]\nPages=5\nNode=1\n",
	  "how many of this size and node is said already (host.conf:2)" },
	{ "[Sysctl]\nSet=vm.swappiness\n",
	  "host.conf:2: [Sysctl] Set: \"vm.swappiness\" is not" },
	{ "[Sysctl]\nSet=vm.swappiness=1\nSet=a=1 =5\n",
	  "host.conf:3: [Sysctl] Set: \"=5\"" },
	{ "[Sysctl]\nSet=/proc/sys/a=1\n",
	  "host.conf:2: [Sysctl] Set: \"/proc/sys/a=1\" has no" },
	{ "[Sysctl]\nSet=\"vm. swappiness=1\"\n",
	  "host.conf:2: [Sysctl] Set: \"vm. swappiness=1\" has no" },
	{ "[Sysctl]\nSet=kernel/../../x=1\n", "host.conf:2: [Sysctl] Set: " },
	{ "[Sysctl]\nSet=vm.nr_hugepages=5\n",
	  "host.conf:2: [Sysctl] Set: \"vm.nr_hugepages=5\" is what [HugePages] Pages= is for" },
	{ "[Sysctl]\nSet=-vm/nr_hugepages_mempolicy=5\n",
	  "host.conf:2: [Sysctl] Set: \"-vm/nr_hugepages_mempolicy=5\" is what [HugePages]" },
	{ "[KernelModules]\nLoad=kvm\nLoad=-r\n",
	  "host.conf:3: [KernelModules] Load: \"-r\"" },
	{ "[KernelModules]\nLoad=kvm.ko\n",
	  "host.conf:2: [KernelModules] Load: \"kvm.ko\"" },
	{ "[KernelModules]\nOptions=nested=1\n",
	  "host.conf:2: [KernelModules] Options: \"nes" },
	{ "[KernelModules]\nOptions=kvm.=1\n",
	  "host.conf:2: [KernelModules] Options: \"kvm.=1" },
	{ "[Cpu]\nBoost=maybe\n", "host.conf:2" },
	{ "[Ksm]\nRun=never\n", "host.conf:2" },
	{ "[Ksm]\nSleep=60d\n", "host.conf:2: [Ksm] Sleep: the kernel sleeps 49 days" },
	{ "[Ksm]\nMaxPageSharing=1\n", "host.conf:2: [Ksm] MaxPageSharing: 2 is" },
	{ "[Guests]\nUser=a b\n", "host.conf:2: [Guests] User: \"a b\" is no user's" },
	{ "[Guests]\nGroup=a:b\n", "host.conf:2: [Guests] Group: \"a:b\" is no group's" },
	/* those of the image and the kernel */
	{ "[Image]\nCompression=gzip\nLevel=12\n",
	  "host.conf:3: [Image] Level: level 12" },
	{ "[Image]\nDirectory=\"\"\n", "host.conf:2: [Image] Directory: a folder" },
	{ "[Image]\nName=initramfs.img\n", "host.conf:2: [Image] Name: " },
	{ "[Image]\nName=a/%v\n", "host.conf:2: [Image] Name: \"a/%v\" is no file's" },
	{ "[Image]\nName=vmlinuz-%v\n",
	  "host.conf:2: [Image] Name: \"vmlinuz-%v\" is what" },
	{ "[Modules]\nAdd=a-b\nExclude=a_b\n", "host.conf:3: [Modules] Exclude: a_b is" },
	{ "[KernelArgs]\nRequire=hugepages>=x\n", "host.conf:2: [KernelArgs] Require: " },
	{ "[Boot]\nPassword=secret\n", "host.conf:2: [Boot] Password: this is no hash" },
	{ "[Vfio]\nDevices=10de\n", "host.conf:2: [Vfio] Devices: \"10de\" is neither" },
};

static int check(const char *text, struct err *err)
{
	_cleanup_conf_ struct conf *conf = conf_new(&host_schema);
	int result = conf_read_text(conf, "host.conf", text, err);

	return result < 0 ? result : conf_check(conf, err);
}

static void refuses(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct err err = ERR_INIT;

		ok(check(bad[i].text, &err) < 0 && strstr(err.text, bad[i].line), "%s",
		   bad[i].line);
		if (!strstr(err.text, bad[i].line))
			printf("# got: %s\n", err.text);
		ok(err.hint[0], "... with what to do: %s", err.hint);
	}
}

static void takes(void)
{
	struct err err = ERR_INIT;

	is_int(check("[Swap]\nDevice=/dev/vg/swap\nDiscard=pages\nFormat=yes\n"
		     "Label=swap\nUuid=11111111-2222-3333-4444-aabbCCddEEff\n"
		     "[Swap]\nDevice=LABEL=s\n"
		     "[Swap]\nFile=/swap/file\nSize=4G\nPriority=3\n"
		     "[Swap]\nZram=yes\nSize=50%\nAlgorithm=zstd\nMemoryLimit=2G\n"
		     "[Swap]\nZram=yes\nSize=1G\n"
		     "[HugePages]\nPages=512\n[HugePages]\nPages=4\nNode=0\n"
		     "[HugePages]\nSpare=8\n"
		     "[HugePages]\nSize=1G\nMount=/dev/hugepages1G\nMountSize=2G\nMode=0770\n"
		     "[Sysctl]\nSet=vm.swappiness=10 \"net.ipv4.tcp_rmem=1 2 3\" "
		     "-net/ipv4/conf/eth0.1/rp_filter=0\n"
		     "[KernelModules]\nLoad=kvm-intel tun\nOptions=kvm-intel.nested=1\n"
		     "[Ksm]\nRun=yes\nSleep=20ms\n[Cpu]\nGovernor=performance\nCpus=0-3\n",
		     &err),
	       0, "what is right is taken (%s)", err.text);
}

static void shares(void)
{
	struct size_share share;

	is_int(size_share_parse("50%", &share, NULL), 0, "a share");
	is_int(size_share_of(&share, 8000), 4000, "... of a whole");
	is_int(size_share_parse("1G 512M", &share, NULL), 0, "an amount");
	is_int(size_share_of(&share, 8000), 1536 << 20, "... is no share");
	ok(size_share_parse("50%%", &share, NULL) < 0 &&
		   size_share_parse("1001%", &share, NULL) < 0 &&
		   size_share_parse(" 5%", &share, NULL) < 0 &&
		   size_share_parse("", &share, NULL) < 0,
	   "what is neither is refused");
}

int main(void)
{
	refuses();
	takes();
	shares();
	return done_testing();
}
