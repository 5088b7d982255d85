/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/kernel_rule.c lib/kernel_match.c lib/kernel_facts.c lib/kernel_check.c */
/* SOURCES: lib/cmdline.c lib/nearest.c lib/file.c lib/strbuf.c lib/err.c lib/value/cpu_list.c */
/* test_kernel_args.c: rules about the kernel's arguments: what holds, and in which words it is
 * told that one does not. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/kernel_check.h"
#include "tests/unit/tap.h"

#define HOLDS   KERNEL_HOLDS
#define FAILS   KERNEL_FAILS
#define UNKNOWN KERNEL_UNKNOWN

static const struct row {
	enum kernel_rule_kind kind;
	const char *rule, *cmdline;
	enum kernel_result result;
	const char *says; /* NULL: not looked at */
	const char *hint;
} rows[] = {
	{ KERNEL_RULE_REQUIRE, "quiet", "ro quiet", HOLDS, NULL, NULL },
	{ KERNEL_RULE_REQUIRE, "quiet", "ro -- quiet", FAILS,
	  "quiet is not given; quiet is required (host.conf:12)", "" },
	{ KERNEL_RULE_REQUIRE, "intel_iommu=on", "intel_iommu=off", FAILS,
	  "intel_iommu=off is given; intel_iommu=on is required (host.conf:12)", "" },
	{ KERNEL_RULE_REQUIRE, "intel_iommu=on", "intel_iommu=off intel_iommu=on", HOLDS,
	  NULL, NULL },
	{ KERNEL_RULE_REQUIRE, "intel_iommu=on", "intel_iommu=on intel_iommu=off", FAILS,
	  "intel_iommu=on, intel_iommu=off are given; intel_iommu=on is required "
	  "(host.conf:12)",
	  NULL },
	{ KERNEL_RULE_REQUIRE, "intel_iommu=on", "intel_iommu=on,sm_on", HOLDS, NULL,
	  NULL },
	{ KERNEL_RULE_REQUIRE, "intel_iommu=on,sm_on", "intel_iommu=on", FAILS, NULL,
	  NULL },
	{ KERNEL_RULE_REQUIRE, "intel_iommu=on,sm_on", "intel_iommu=sm_on,igfx_off,on",
	  HOLDS, NULL, NULL },
	{ KERNEL_RULE_REQUIRE, "intel_iommu=on", "intel_iommmu=on", FAILS,
	  "intel_iommu is not given; intel_iommu=on is required (host.conf:12)",
	  "is \"intel_iommmu\" on the command line meant to be intel_iommu?" },
	/* '-' and '_' */
	{ KERNEL_RULE_REQUIRE, "kvm-intel.nested=1", "kvm_intel.nested=1", HOLDS, NULL,
	  NULL },
	{ KERNEL_RULE_REQUIRE, "vfio_pci.ids=10de:1b80", "vfio-pci.ids=8086:1,10de:1b80",
	  HOLDS, NULL, NULL },
	{ KERNEL_RULE_REQUIRE, "console=ttyS0", "console=ttyS0,115200n8 console=tty0",
	  HOLDS, NULL, NULL },
	/* alternatives */
	{ KERNEL_RULE_REQUIRE, "intel_iommu=on|amd_iommu=on", "amd_iommu=on", HOLDS, NULL,
	  NULL },
	{ KERNEL_RULE_REQUIRE, "intel_iommu=on|amd_iommu=on", "ro", FAILS,
	  "neither intel_iommu nor amd_iommu is given; intel_iommu=on|amd_iommu=on is "
	  "required (host.conf:12)",
	  NULL },
	{ KERNEL_RULE_REQUIRE, "a|b|c", "ro", FAILS,
	  "none of a, b, c is given; a|b|c is required (host.conf:12)", NULL },
	/* numbers and sizes */
	{ KERNEL_RULE_REQUIRE, "hugepages>=512", "hugepages=512", HOLDS, NULL, NULL },
	{ KERNEL_RULE_REQUIRE, "hugepages>=512", "hugepages=511", FAILS, NULL, NULL },
	{ KERNEL_RULE_REQUIRE, "hugepages>=512", "hugepages=many", FAILS, NULL, NULL },
	{ KERNEL_RULE_REQUIRE, "hugepages>=512", "hugepages", FAILS, NULL, NULL },
	{ KERNEL_RULE_REQUIRE, "panic<=30", "panic=30", HOLDS, NULL, NULL },
	{ KERNEL_RULE_REQUIRE, "panic<=30", "panic=31", FAILS, NULL, NULL },
	{ KERNEL_RULE_REQUIRE, "panic=10..30", "panic=10", HOLDS, NULL, NULL },
	{ KERNEL_RULE_REQUIRE, "panic=10..30", "panic=9", FAILS, NULL, NULL },
	{ KERNEL_RULE_REQUIRE, "crashkernel=512M", "crashkernel=524288K", HOLDS, NULL,
	  NULL },
	{ KERNEL_RULE_REQUIRE, "crashkernel>=256M", "crashkernel=1G", HOLDS, NULL, NULL },
	{ KERNEL_RULE_REQUIRE, "crashkernel>=2G", "crashkernel=1G", FAILS, NULL, NULL },
	/* huge pages of one size */
	{ KERNEL_RULE_REQUIRE, "hugepages-1G>=4", "hugepagesz=1G hugepages=4", HOLDS,
	  NULL, NULL },
	{ KERNEL_RULE_REQUIRE, "hugepages-1G>=4",
	  "hugepagesz=2M hugepages=512 hugepagesz=1G hugepages=3", FAILS,
	  "hugepagesz=1G hugepages=3 is given; hugepages-1G>=4 is required "
	  "(host.conf:12)",
	  NULL },
	{ KERNEL_RULE_REQUIRE, "hugepages-2M=512",
	  "hugepagesz=2M hugepages=512 hugepagesz=1G hugepages=3", HOLDS, NULL, NULL },
	{ KERNEL_RULE_REQUIRE, "hugepages-2M>=512", "hugepages=512", HOLDS, NULL, NULL },
	{ KERNEL_RULE_REQUIRE, "hugepages-1G>=2", "default_hugepagesz=1G hugepages=2",
	  HOLDS, NULL, NULL },
	{ KERNEL_RULE_REQUIRE, "hugepages-1G>=2",
	  "hugepagesz=2M hugepages=512 default_hugepagesz=1G hugepages=2", HOLDS, NULL,
	  NULL },
	{ KERNEL_RULE_REQUIRE, "hugepages-2M=512",
	  "hugepagesz=2M hugepages=512 default_hugepagesz=1G hugepages=2", HOLDS, NULL,
	  NULL },
	{ KERNEL_RULE_REQUIRE, "hugepages-1G>=2", "hugepages=2", FAILS,
	  "no hugepages= for 1G is given; hugepages-1G>=2 is required (host.conf:12)",
	  NULL },
	{ KERNEL_RULE_REQUIRE, "hugepages-1G>=4", "hugepagesz=1G hugepages=0:1,1:3",
	  HOLDS, NULL, NULL },
	/* CPUs */
	{ KERNEL_RULE_REQUIRE, "isolcpus=2-5", "isolcpus=domain,managed_irq,2-5", HOLDS,
	  NULL, NULL },
	{ KERNEL_RULE_REQUIRE, "isolcpus=2-5", "isolcpus=2,3,4,5", HOLDS, NULL, NULL },
	{ KERNEL_RULE_REQUIRE, "isolcpus=2-5", "isolcpus=2-7", HOLDS, NULL, NULL },
	{ KERNEL_RULE_REQUIRE, "isolcpus=2-5", "isolcpus=2-4", FAILS,
	  "isolcpus=2-4 is given; isolcpus=2-5 is required (host.conf:12)", NULL },
	{ KERNEL_RULE_REQUIRE, "isolcpus=2-7", "isolcpus=2-N", HOLDS, NULL, NULL },
	{ KERNEL_RULE_REQUIRE, "isolcpus=2-8", "isolcpus=2-N", FAILS, NULL, NULL },
	{ KERNEL_RULE_REQUIRE, "nohz_full=0-7", "nohz_full=all", HOLDS, NULL, NULL },
	{ KERNEL_RULE_REQUIRE, "isolcpus=managed_irq,2-5", "isolcpus=2-5", FAILS, NULL,
	  NULL },
	{ KERNEL_RULE_REQUIRE, "isolcpus=managed_irq,2-5",
	  "isolcpus=domain,managed_irq,2-5", HOLDS, NULL, NULL },
	/* forbidden, advised */
	{ KERNEL_RULE_FORBID, "nomodeset", "ro", HOLDS, NULL, NULL },
	{ KERNEL_RULE_FORBID, "nomodeset", "nomodeset", FAILS,
	  "nomodeset is given; nomodeset is forbidden (host.conf:12)", "" },
	{ KERNEL_RULE_FORBID, "mitigations=off|nopti", "mitigations=auto", HOLDS, NULL,
	  NULL },
	{ KERNEL_RULE_FORBID, "mitigations=off|nopti", "nopti", FAILS,
	  "nopti is given; mitigations=off|nopti is forbidden (host.conf:12)", NULL },
	{ KERNEL_RULE_FORBID, "isolcpus=0", "isolcpus=0-3", FAILS, NULL, NULL },
	{ KERNEL_RULE_ADVISE, "iommu=pt", "ro", FAILS,
	  "iommu is not given; iommu=pt is advised (host.conf:12)", NULL },
	/* the effect: of the tree below */
	{ KERNEL_RULE_EFFECTIVE, "hugepages-2M>=512", "", HOLDS, NULL, NULL },
	{ KERNEL_RULE_EFFECTIVE, "hugepages-2M>=600", "hugepages=600", FAILS,
	  "512 huge pages of 2M are reserved; hugepages-2M>=600 must be in effect "
	  "(host.conf:12)",
	  "the command line asks for 600: the machine has not that much memory in one "
	  "piece" },
	{ KERNEL_RULE_EFFECTIVE, "hugepages-1G>=4", "", FAILS,
	  "1 huge page of 1G is reserved; hugepages-1G>=4 must be in effect "
	  "(host.conf:12)",
	  "give hugepagesz=1G hugepages=4" },
	{ KERNEL_RULE_EFFECTIVE, "isolated=2-3", "", HOLDS, NULL, NULL },
	{ KERNEL_RULE_EFFECTIVE, "isolated=2-5", "", FAILS,
	  "CPUs 2-3 are isolated; isolated=2-5 must be in effect (host.conf:12)",
	  "give isolcpus=2-5; only CPUs that the machine has count" },
	{ KERNEL_RULE_EFFECTIVE, "nohz_full=2", "", FAILS,
	  "no CPU is free of the tick; nohz_full=2 must be in effect (host.conf:12)",
	  NULL },
	{ KERNEL_RULE_EFFECTIVE, "kvm-intel.nested=1", "", HOLDS, NULL, NULL },
	{ KERNEL_RULE_EFFECTIVE, "kvm_intel.nested=0", "", FAILS,
	  "kvm_intel.nested is Y; kvm_intel.nested=0 must be in effect (host.conf:12)",
	  "give kvm_intel.nested=0" },
	{ KERNEL_RULE_EFFECTIVE, "kvm_intel.limit>=16", "", HOLDS, NULL, NULL },
	{ KERNEL_RULE_EFFECTIVE, "kvm_intel.limit<=15", "", FAILS, NULL, NULL },
	{ KERNEL_RULE_EFFECTIVE, "kvm_intel.nosuch=1", "", FAILS, NULL, NULL },
	{ KERNEL_RULE_EFFECTIVE, "kvm_amd.nested=1", "", UNKNOWN, NULL, "" },
	{ KERNEL_RULE_EFFECTIVE, "kvm_amd.nested=1|kvm_intel.nested=1", "", HOLDS, NULL,
	  NULL },
	{ KERNEL_RULE_EFFECTIVE, "iommu", "ro", FAILS,
	  "there are no IOMMU groups; iommu must be in effect (host.conf:12)",
	  "give intel_iommu=on, and switch VT-d on in the firmware's setup" },
	{ KERNEL_RULE_EFFECTIVE, "iommu", "intel_iommu=on", FAILS, NULL,
	  "intel_iommu=on is given: switch VT-d on in the firmware's setup" },
};

static void check_row(const struct row *row, int root)
{
	struct kernel_rules rules = KERNEL_RULES_INIT;
	struct kernel_findings findings = KERNEL_FINDINGS_INIT;
	_cleanup_cmdline_ struct cmdline cmdline = CMDLINE_INIT;
	struct kernel_facts facts;
	_cleanup_strbuf_ struct strbuf text;
	struct err err = ERR_INIT;

	strbuf_init(&text, 0);
	ok(!kernel_rules_add(&rules, row->kind, row->rule, "host.conf:12",
			     KERNEL_POLICY_WARN, &err),
	   "%s is a rule %s", row->rule, err.text);
	cmdline_parse(&cmdline, row->cmdline, NULL);
	kernel_facts_read(&facts, root, &rules, NULL);
	kernel_check(&findings, &rules, &cmdline, &facts, NULL);
	is_int(findings.items[0].result, row->result, "%s against \"%s\"", row->rule,
	       row->cmdline);
	kernel_finding_write(&findings.items[0], &text);
	if (row->says)
		is_str(text.text, row->says, "and its words");
	if (row->hint)
		is_str(findings.items[0].hint, row->hint, "and its advice");
	kernel_findings_release(&findings);
	kernel_facts_release(&facts);
	kernel_rules_release(&rules);
}

static void put(int root, const char *path, const char *text)
{
	char *dir = strdup(path);
	_cleanup_close_ int fd = -1;

	*strrchr(dir, '/') = '\0';
	file_make_dirs(root, dir, NULL);
	free(dir);
	fd = openat(root, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (write(fd, text, strlen(text)) < 0)
		perror(path);
}

static void make_tree(int root)
{
	put(root, "proc/cpuinfo", "processor\t: 0\nvendor_id\t: GenuineIntel\n");
	put(root, "sys/devices/system/cpu/isolated", "2-3\n");
	put(root, "sys/devices/system/cpu/nohz_full", "(null)\n");
	put(root, "sys/devices/system/cpu/possible", "0-7\n");
	put(root, "sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "512\n");
	put(root, "sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages", "1\n");
	put(root, "sys/module/kvm_intel/parameters/nested", "Y\n");
	put(root, "sys/module/kvm_intel/parameters/limit", "16\n");
	file_make_dirs(root, "sys/kernel/iommu_groups", NULL);
}

static void test_iommu(int root)
{
	static const struct row there = {
		KERNEL_RULE_EFFECTIVE, "iommu", "", HOLDS, NULL, ""
	};
	static const struct row amd = {
		KERNEL_RULE_EFFECTIVE,
		"iommu",
		"",
		FAILS,
		NULL,
		"switch the IOMMU (AMD-Vi) on in the firmware's setup; amd_iommu=off must "
		"not be given"
	};

	put(root, "proc/cpuinfo", "vendor_id\t: AuthenticAMD\n");
	check_row(&amd, root);
	file_make_dirs(root, "sys/kernel/iommu_groups/0", NULL);
	check_row(&there, root);
}

/* A boot loader's command line tells something of what will be in effect. */
static void test_prediction(void)
{
	struct kernel_rules rules = KERNEL_RULES_INIT;
	struct kernel_findings findings = KERNEL_FINDINGS_INIT;
	_cleanup_cmdline_ struct cmdline cmdline = CMDLINE_INIT;

	kernel_rules_add(&rules, KERNEL_RULE_EFFECTIVE, "hugepages-1G>=4", "",
			 KERNEL_POLICY_WARN, NULL);
	kernel_rules_add(&rules, KERNEL_RULE_EFFECTIVE, "isolated=2-3", "",
			 KERNEL_POLICY_WARN, NULL);
	kernel_rules_add(&rules, KERNEL_RULE_EFFECTIVE, "isolated=2-4", "",
			 KERNEL_POLICY_WARN, NULL);
	cmdline_parse(&cmdline, "hugepages=4 isolcpus=2,3", NULL);
	kernel_check(&findings, &rules, &cmdline, NULL, NULL);
	is_int(findings.items[0].result, FAILS, "pages of another size");
	is_str(findings.items[0].hint, "give hugepagesz=1G hugepages=4", "and the right");
	is_int(findings.items[1].result, HOLDS, "CPUs that will be isolated");
	is_int(findings.items[2].result, FAILS, "and those that will not");
	is_str(findings.items[2].found, "isolcpus=2,3 is given", "and what is there");
	kernel_findings_release(&findings);
	cmdline_release(&cmdline);
	cmdline_parse(&cmdline, "isolcpus=managed_irq,2-3", NULL);
	kernel_check(&findings, &rules, &cmdline, NULL, NULL);
	is_int(findings.items[1].result, FAILS, "spared from interrupts only");
	kernel_findings_release(&findings);
	cmdline_release(&cmdline);
	cmdline_parse(&cmdline, "isolcpus=managed_irq,domain,2-3", NULL);
	kernel_check(&findings, &rules, &cmdline, NULL, NULL);
	is_int(findings.items[1].result, HOLDS, "... and from tasks");
	kernel_findings_release(&findings);
	kernel_rules_release(&rules);
}

static void test_without_facts(void)
{
	struct kernel_rules rules = KERNEL_RULES_INIT;
	struct kernel_findings findings = KERNEL_FINDINGS_INIT;
	_cleanup_cmdline_ struct cmdline cmdline = CMDLINE_INIT;

	kernel_rules_add(&rules, KERNEL_RULE_EFFECTIVE, "iommu", "", KERNEL_POLICY_WARN,
			 NULL);
	kernel_rules_add(&rules, KERNEL_RULE_REQUIRE, "isolcpus=0-1", "",
			 KERNEL_POLICY_REBOOT, NULL);
	cmdline_parse(&cmdline, "isolcpus=all", NULL);
	kernel_check(&findings, &rules, &cmdline, NULL, NULL);
	is_int(findings.count, 2, "each rule has its finding");
	is_int(findings.items[0].result, UNKNOWN, "an effect is not known");
	is_int(findings.items[1].result, FAILS, "nor how many CPUs are all");
	is_int(findings.items[1].rule->policy, KERNEL_POLICY_REBOOT,
	       "the policy stays with it");
	kernel_findings_release(&findings);
	kernel_rules_release(&rules);
}

static const struct bad {
	enum kernel_rule_kind kind;
	const char *rule, *says;
} bad[] = {
	{ KERNEL_RULE_REQUIRE, "", "no name" },
	{ KERNEL_RULE_REQUIRE, "=on", "no name" },
	{ KERNEL_RULE_REQUIRE, "a||b", "no name" },
	{ KERNEL_RULE_REQUIRE, "a|", "no name" },
	{ KERNEL_RULE_REQUIRE, "a b", "no name" },
	{ KERNEL_RULE_REQUIRE, "--", "no name" },
	{ KERNEL_RULE_REQUIRE, "a|__", "no name" },
	{ KERNEL_RULE_REQUIRE, "panic>5", "write >=" },
	{ KERNEL_RULE_REQUIRE, "panic>=", "nothing stands behind >=" },
	{ KERNEL_RULE_REQUIRE, "panic=", "nothing stands behind =" },
	{ KERNEL_RULE_REQUIRE, "panic>=soon", "\"soon\" is no number" },
	{ KERNEL_RULE_REQUIRE, "panic>=99999999999999999999", "is no number" },
	{ KERNEL_RULE_REQUIRE, "mem>=17179869184G", "is no number" },
	{ KERNEL_RULE_REQUIRE, "panic=9..3", "nothing lies between" },
	{ KERNEL_RULE_REQUIRE, "hugepages-big>=4", "a size such as 2M or 1G" },
	{ KERNEL_RULE_REQUIRE, "hugepages-1G", "hugepages-1G>=NUMBER" },
	{ KERNEL_RULE_REQUIRE, "hugepages-1G=many", "hugepages-1G>=NUMBER" },
	{ KERNEL_RULE_EFFECTIVE, "iomu", "is no effect" },
	{ KERNEL_RULE_EFFECTIVE, "iommu=on", "this is written as iommu" },
	{ KERNEL_RULE_EFFECTIVE, "isolated", "isolated=CPUS" },
	{ KERNEL_RULE_EFFECTIVE, "isolated=2-N", "is not a list of CPUs" },
	{ KERNEL_RULE_EFFECTIVE, "nohz_full=all", "is not a list of CPUs" },
	{ KERNEL_RULE_EFFECTIVE, "hugepages>=4", "is no effect" },
	{ KERNEL_RULE_EFFECTIVE, "kvm.nested", "kvm.nested=VALUE" },
	{ KERNEL_RULE_EFFECTIVE, ".nested=1", "is no effect" },
};

static void test_bad(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct kernel_rule rule;
		struct err err = ERR_INIT;

		is_int(kernel_rule_parse(&rule, bad[i].kind, bad[i].rule, &err), -EINVAL,
		       "\"%s\" is refused", bad[i].rule);
		if (!ok(strstr(err.text, bad[i].says) != NULL, "and why"))
			printf("# %s\n", err.text);
	}
}

int main(void)
{
	char tree[] = "/tmp/bedplate-test-XXXXXX", command[64];
	int root;

	if (!mkdtemp(tree))
		return 1;
	root = open(tree, O_RDONLY | O_DIRECTORY);
	make_tree(root);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_row(&rows[i], root);
	test_iommu(root);
	test_prediction();
	test_without_facts();
	test_bad();
	close(root);
	snprintf(command, sizeof(command), "rm -rf %s", tree);
	return system(command) || done_testing();
}
