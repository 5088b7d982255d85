/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/schema/guest*.c lib/guest_*.c lib/conf.c lib/conf_read.c lib/conf_reader.c */
/* SOURCES: lib/conf_type.c lib/conf_value.c lib/conf_quote.c lib/conf_dump.c lib/nearest.c */
/* SOURCES: lib/file.c lib/strbuf.c lib/err.c lib/value/cpu_list.c lib/value/net.c */
/* SOURCES: lib/value/link.c lib/value/port.c lib/value/pci.c lib/value/units.c LIBS: inih */
/* test_guest_rules.c: each mistake in a guest's file is told with its line and a hint. */
#include <errno.h>

#include "lib/cleanup.h"
#include "lib/schema/guest.h"
#include "tests/unit/tap.h"

#define M   "[Machine]\nType="
#define UVM M "microvm\n"
#define TCG "[Machine]\nAccel=tcg\n"

static const struct {
	const char *text;
	unsigned line;
	const char *words; /* what the message has in it */
} rows[] = {
	/* types and names */
	{ "[Disc]\nPath=/x\n", 1, "[Disc]" },
	{ "[Disk]\nPaht=/x\n", 2, "Paht" },
	{ "[Memory]\nSize=lots\n", 2, "Size" },
	{ "[Disk]\nPath=/x\nBus=scuzzy\n", 3, "Bus" },
	{ "[Nic]\nMac=52:54\n", 2, "Mac" },
	{ "[Cpu]\nCores=-1\n", 2, "Cores" },
	{ "[Cpu]\nPin=1 x\n", 2, "Pin" },
	{ "[Machine]\nBootOrder=hd cdrom network fd\n", 2, "three kinds at most" },
	{ "[Machine]\nBootOnce=hd hd\n", 2, "stands there twice" },
	{ "[Cpu]\nModel=qemu64\nMigratable=off\n", 3, "a named model can always move" },
	{ "[Passthrough]\nAddress=1:2\n", 2, "Address" },
	{ "[Guest]\nStop=politely\n", 2, "Stop" },
	{ "[Guest]\nReadyTimeout=soon\n", 2, "ReadyTimeout" },
	{ "[Disk]\nPath=relative.img\n", 2, "Path" },
	{ "[Display]\nAddress=here\n", 2, "Address" },
	/* Guest */
	{ "[Guest]\nUuid=1-2\n", 2, "it is no UUID" },
	{ "[Guest]\nRestartDelay=1h\n", 2, "longer than RestartDelayMax=" },
	{ "[Guest]\nReady=agent\n", 2, "no channel to the guest agent" },
	{ "[Guest]\nReady=port\n", 2, "does not say which" },
	{ "[Guest]\nReady=port\nReadyPort=22\n", 2, "address is not known" },
	{ "[Guest]\nReady=lease\n", 2, "no card" },
	{ "[Guest]\nReady=console\n", 2, "does not say which line" },
	{ "[Guest]\nReady=console\nReadyLine=login:\n", 2, "has no console" },
	{ "[Guest]\nReady=notify\n", 2, "has no vsock" },
	{ "[Guest]\nReady=delay\n", 2, "does not say how long" },
	/* Machine */
	{ M "q35,accel=kvm\n", 2, "no machine's name" },
	{ "[Machine]\nArch=x86/64\n", 2, "no architecture's name" },
	{ "[Machine]\nRtcBase=noon\n", 2, "no base of a clock" },
	{ "[Machine]\nRtcBase=2026-13-01\n", 2, "no base of a clock" },
	{ "[Machine]\nOptions=nvdimm\n", 2, "no =VALUE" },
	{ TCG "PitTickPolicy=delay\n", 3, "Accel=tcg has none" },
	{ M "virt\nPitTickPolicy=delay\n", 3, "no PIT" },
	{ UVM "Hpet=off\n", 3, "no HPET" },
	{ UVM "Vmport=off\n", 3, "no such port" },
	{ M "virt\nS3=off\n", 3, "does not suspend" },
	{ M "q35\nGicVersion=3\n", 3, "no GIC" },
	{ M "q35\nIommu=smmuv3\n", 3, "no SMMU" },
	{ M "pc\nIommu=intel\n", 3, "cannot have it" },
	{ M "q35\nIommu=intel\nKernelIrqchip=on\n", 4, "cannot remap" },
	{ M "pc\nHotplugPorts=2\n", 3, "no PCIe ports" },
	/* Cpu */
	{ TCG "[Cpu]\nHyperV=relaxed\n", 4, "Accel=tcg has none" },
	{ M "virt\n[Cpu]\nHyperVVendorId=x\n", 4, "this machine has none" },
	{ "[Cpu]\nHyperV=synic\n", 2, "synic needs vpindex" },
	{ "[Cpu]\nHyperV=vpindex synic stimer\n", 2, "stimer needs time" },
	{ "[Cpu]\nHyperV=stimer-direct\n", 2, "stimer-direct needs stimer" },
	{ "[Cpu]\nHyperV=ipi\n", 2, "ipi needs vpindex" },
	{ "[Cpu]\nHyperV=evmcs\n", 2, "evmcs needs vapic" },
	{ "[Cpu]\nHyperVVendorId=1234567890123\n", 2, "longer than 12" },
	{ "[Cpu]\nModel=host,kvm=off\n", 2, "no model's name" },
	{ "[Cpu]\nCpus=4\nPin=1 2 3\n", 3, "3 lists for 4 virtual CPUs" },
	{ "[Cpu]\nIothreads=3\nIothreadPin=1 2\n", 3, "not as many lists" },
	{ "[Cpu]\nScheduler=fifo\n", 2, "need a priority" },
	{ "[Cpu]\nPriority=1\n", 2, "only fifo and rr" },
	{ "[Cpu]\nScheduler=rr\nPriority=1\nNice=5\n", 4, "no niceness" },
	/* Memory, Numa */
	{ "[Memory]\nSize=4\n", 2, "less than 1M" },
	{ "[Memory]\nSize=2000001K\n", 2, "no multiple of 4K" },
	{ "[Memory]\nSize=512M\nHugePages=1G\n", 2, "less than a page" },
	{ "[Memory]\nSize=2G\nMaxSize=1G\nSlots=1\n", 3, "less than Size=" },
	{ "[Memory]\nMaxSize=4G\n", 2, "go together" },
	{ "[Memory]\nHugePages=2M\nMerge=on\n", 3, "not merged" },
	{ "[Memory]\nShared=no\n[Share]\nPath=/x\nTag=x\n", 2, "needs shared memory" },
	{ "[Memory]\nPolicy=bind\n", 2, "which nodes" },
	{ "[Memory]\nHostNodes=0\n[Numa]\nCpus=0\nMemory=1G\n", 2, "each cell says" },
	{ "[Numa]\nCpus=0\n", 1, "has no memory" },
	{ "[Cpu]\nCpus=2\n[Numa]\nCpus=0-1\nMemory=512M\n[Numa]\nCpus=1\nMemory=512M\n",
	  7, "in two cells" },
	{ "[Numa]\nCpus=0\nMemory=1G\nDistance=10 20\n", 4, "not as many distances" },
	{ "[Numa]\nCpus=0\nMemory=1G\nDistance=20\n", 4, "to itself is 10" },
	{ "[Numa]\nCpus=0\nMemory=2G\n", 3, "2048 MiB, and the guest 1024" },
	{ "[Cpu]\nCpus=2\n[Numa]\nCpus=0\nMemory=1G\n", 4, "1 CPUs, and the guest 2" },
	/* Firmware, Tpm, Kernel, Monitor, Qemu */
	{ "[Firmware]\nType=bios\nSecureBoot=yes\n", 3, "no secure boot" },
	{ M "pc\n[Firmware]\nSecureBoot=yes\n", 4, "needs the machine q35" },
	{ "[Machine]\nSmm=off\n[Firmware]\nSecureBoot=yes\n", 2, "needs SMM" },
	{ "[Firmware]\nType=uefi\nEnrolledKeys=yes\n", 3, "nobody asks for keys" },
	{ "[Firmware]\nType=bios\nVars=/x\n", 3, "no variables" },
	{ "[Firmware]\nSecureBoot=yes\nCode=/x\n", 2, "nothing of the variables" },
	{ "[Firmware]\nFormat=raw\n", 2, "no file is named" },
	{ UVM "[Firmware]\nType=uefi\n", 4, "no UEFI is found" },
	{ "[Tpm]\nVersion=3\n", 2, "no such version" },
	{ "[Tpm]\nVersion=1.2\nModel=crb\n", 3, "2.0 only" },
	{ M "virt\n[Tpm]\nModel=crb\n", 4, "no crb" },
	{ "[Tpm]\nState=/x\n", 2, "keeps its state" },
	{ "[Tpm]\nKeyFile=/x\n", 2, "keeps its state" },
	{ "[Kernel]\nInitrd=/x\n", 2, "no kernel" },
	{ "[Monitor]\n", 1, "has no name" },
	{ "[Monitor]\nType=pty\nPath=/x\n", 3, "only a socket" },
	{ "[Monitor]\nType=tcp\n", 1, "no port" },
	{ "[Monitor]\nPath=/x\nPort=1\n", 3, "only tcp" },
	{ "[Monitor]\nPath=/x\nTelnet=yes\n", 3, "only tcp" },
	{ "[Qemu]\nGlobal=x\n", 2, "DRIVER.PROPERTY=VALUE" },
	{ "[Qemu]\nEnvironment==x\n", 2, "NAME=VALUE" },
	/* Disk and drives */
	{ "[Disk]\n", 1, "the disk is missing" },
	{ "[Disk]\nPath=/x\nBus=ide\n", 3, "q35 has no IDE" },
	{ M "virt\n[Disk]\nPath=/x\nBus=ide\n", 5, "no IDE" },
	{ UVM "[Disk]\nPath=/x\nBus=scsi\n", 5, "virtio disks only" },
	{ M "pc\n[Disk]\nPath=/x\nBus=ide\nUnit=2\n", 6, "two places" },
	{ "[Disk]\nPath=/x\nBus=sata\nIothread=1\n", 4, "only virtio" },
	{ "[Disk]\nPath=/x\nIothread=1\n", 3, "not as many threads" },
	{ "[Disk]\nPath=/x\nBus=sata\nQueues=2\n", 4, "only virtio" },
	{ "[Disk]\nPath=/x\nBus=sata\nReadOnly=yes\n", 4, "reading and writing" },
	{ M "pc\n[Disk]\nPath=/x\nBus=ide\nReadOnly=yes\n", 6, "reading and writing" },
	{ "[Disk]\nPath=/x\nWwn=5000c50015ea71ac\n", 3, "no world-wide name" },
	{ "[Disk]\nPath=/x\nBus=scsi\nWwn=5\n", 4, "16 hexadecimal" },
	{ "[Disk]\nPath=/x\nSerial=123456789012345678901\n", 3, "longer than 20" },
	{ "[Disk]\nPath=/x.raw\nBacking=/y\n", 3, "only a qcow2" },
	{ "[Disk]\nPath=/x\nBackingFormat=raw\n", 3, "no Backing=" },
	{ "[Disk]\nPath=/dev/vg/x\nSize=1G\n", 3, "its own size" },
	{ "[Disk]\nPath=/x\nCache=writeback\nAio=native\n", 4, "Cache=none" },
	{ "[Disk]\nPath=/x\nReadOnly=yes\nVolatile=yes\n", 4, "nothing to forget" },
	{ "[Disk]\nPath=/x.qcow2\nShareable=yes\n", 3, "destroy it" },
	{ "[Disk]\nPath=/x\nLogicalBlockSize=4K\nPhysicalBlockSize=512\n", 4,
	  "less than" },
	{ "[Disk]\nPath=/x\nLogicalBlockSize=1000\nPhysicalBlockSize=4K\n", 3,
	  "power of two" },
	{ "[Disk]\nPath=/x\n[Disk]\nPath=/x\n", 4, "has it already" },
	{ UVM "[Cdrom]\nPath=/x\n", 4, "no CD-ROM" },
	{ "[Cdrom]\nBus=ide\n", 2, "q35 has no IDE" },
	{ M "virt\n[Cdrom]\nBus=ide\n", 4, "no IDE" },
	{ M "virt\n[Floppy]\nPath=/x\n", 4, "no floppy" },
	{ "[Floppy]\n[Floppy]\n[Floppy]\n", 3, "two drives" },
	{ UVM "[Controller]\nType=scsi\n", 4, "no controllers" },
	{ "[Controller]\nIothread=1\n", 2, "not as many threads" },
	{ "[Controller]\nType=sata\nQueues=1\n", 3, "only virtio-scsi" },
	/* Nic */
	{ "[Nic]\nType=user\nNetwork=lan\n", 3, "no use for it" },
	{ "[Nic]\nNetwork=lan\nForward=tcp::22-:22\n", 3, "no use for it" },
	{ "[Nic]\nType=network\n", 1, "which network" },
	{ "[Nic]\nType=bridge\n", 1, "which bridge" },
	{ "[Nic]\nType=macvtap\n", 1, "which macvtap" },
	{ "[Nic]\nType=vhost-user\n", 1, "which socket" },
	{ "[Nic]\nType=socket\n", 1, "one of Listen=" },
	{ "[Nic]\nNetwork=lan\nModel=e1000\nQueues=2\n", 4, "only virtio" },
	{ "[Nic]\nQueues=2\n", 2, "has one queue" },
	{ "[Nic]\nVhost=on\n", 2, "of taps that are opened here" },
	{ "[Nic]\nBridge=br0\nVhost=on\n", 3, "of taps that are opened here" },
	{ "[Nic]\nNetwork=lan\nModel=e1000\nVhost=on\n", 4, "only virtio" },
	{ "[Nic]\nModel=e1000\nMtu=9000\n", 3, "only virtio" },
	{ "[Nic]\nMac=01:00:5e:00:00:01\n", 2, "a group's address" },
	{ "[Nic]\nAddress=10.0.0.1 10.0.0.2\n", 2, "one IPv4 and one IPv6" },
	{ "[Nic]\nForward=tcp:22\n", 2, "PROTOCOL:ADDRESS:PORT" },
	{ "[Nic]\nForward=tcp::99999-:22\n", 2, "PROTOCOL:ADDRESS:PORT" },
	{ UVM "[Nic]\nModel=e1000\n", 4, "virtio cards only" },
	{ "[Nic]\nMac=52:54:00:00:00:01\n[Nic]\nMac=52:54:00:00:00:01\n", 4,
	  "has it already" },
	/* what is the host's */
	{ "[Passthrough]\nBind=start\n", 1, "neither Address= nor Id=" },
	{ UVM "[Passthrough]\nAddress=01:00.0\n", 4, "no PCI" },
	{ "[Passthrough]\nAddress=01:00.0\nXVga=yes\n[Passthrough]\nAddress=02:00.0\nXVga=yes\n",
	  6, "one in front is it" },
	{ "[Passthrough]\nAddress=01:00.0\nXVga=yes\n[Video]\nModel=std\n", 3,
	  "[Video] makes another" },
	{ "[Passthrough]\nAddress=01:00.0\nBind=start\nFramebuffer=detach\n", 4,
	  "by the host's boot" },
	{ "[Passthrough]\nAddress=01:00.0\nOptions=x-igd\n", 3, "no =VALUE" },
	{ "[Usb]\nRequired=yes\n", 1, "neither Id= nor Port=" },
	{ "[Usb]\nId=046d:c31c\nSerial=\"a*\"\n", 3, "no serial number" },
	{ "[Usb]\nPort=14\n", 2, "BUS-PORT" },
	{ UVM "[Usb]\nId=046d:c31c\n", 4, "no USB" },
	{ UVM "[UsbController]\nModel=xhci\n", 4, "no USB" },
	/* what people see */
	{ "[Input]\nType=evdev\n", 1, "which of the host's" },
	{ "[Input]\nDevice=/x\n", 2, "only evdev" },
	{ "[Input]\nRepeat=yes\n", 2, "only evdev" },
	{ UVM "[Input]\nType=tablet\n", 3, "no USB" },
	{ "[Display]\nType=gtk\nPort=5900\n", 3, "only VNC and SPICE" },
	{ "[Display]\nType=vnc\nPort=5900\nSocket=/x\n", 4, "or on a socket" },
	{ "[Display]\nType=vnc\nPort=1\n", 3, "begin at 5900" },
	{ "[Display]\nType=vnc\nTlsPort=1\n", 3, "only SPICE" },
	{ "[Display]\nType=spice\nTlsPort=1\n", 1, "needs keys" },
	{ "[Display]\nType=spice\nWebsocket=1\n", 3, "only VNC" },
	{ "[Display]\nType=gtk\nPasswordFile=/x\n", 3, "only VNC and SPICE" },
	{ "[Display]\nType=vnc\nUsbRedir=1\n", 3, "only SPICE" },
	{ "[Display]\nType=vnc\nImageCompression=off\n", 3, "only SPICE" },
	{ "[Display]\nType=spice\n[Display]\nType=spice\n", 4, "one SPICE" },
	{ UVM "[Video]\nModel=std\n", 4, "virtio's only" },
	{ "[Video]\nRam=64M\n", 2, "only qxl" },
	{ "[Video]\nGl=yes\n", 2, "only virtio" },
	{ "[Video]\nModel=virtio\nGl=yes\n", 3, "no [Display]" },
	{ "[Video]\nHeads=2\n", 2, "only virtio" },
	{ "[Video]\nSecondary=yes\n", 2, "only qxl and virtio" },
	{ "[Video]\nModel=qxl\n[Video]\nModel=qxl\n", 3, "one in front is it" },
	{ "[Video]\nWidth=1920\n", 1, "go together" },
	{ UVM "[Audio]\nModel=ich9\n", 4, "no sound" },
	{ "[Audio]\nBackend=spice\n", 2, "no SPICE" },
	{ "[Audio]\nBackend=wav\n", 1, "file is missing" },
	{ "[Audio]\nPath=/x\n", 2, "only wav" },
	/* ports, channels, shares, the rest */
	{ "[Serial]\n[Serial]\n", 2, "is the console" },
	{ "[Serial]\nType=file\n", 1, "is missing" },
	{ "[Serial]\nPath=/x\n", 2, "only socket and file" },
	{ "[Serial]\nAppend=yes\n", 2, "only a file" },
	{ "[Serial]\nType=tcp\n", 1, "no port" },
	{ "[Serial]\nPort=1\n", 2, "only tcp" },
	{ "[Serial]\nTelnet=yes\n", 2, "only tcp" },
	{ UVM "[Serial]\nDevice=pci\n", 4, "no PCI and no USB" },
	{ M "virt\n[Serial]\nDevice=isa\n", 4, "no ISA" },
	{ "[Channel]\n[Channel]\n", 2, "is the guest agent's" },
	{ "[Channel]\nType=pty\n", 1, "no name" },
	{ "[Channel]\nType=file\nName=x\n", 1, "is missing" },
	{ "[Channel]\nPath=/x\n", 2, "only socket and file" },
	{ "[Share]\nTag=x\n", 1, "folder is missing" },
	{ "[Share]\nPath=/x\n", 1, "would not find it" },
	{ "[Share]\nPath=/x\nTag=a,b\n", 3, "letters, digits" },
	{ "[Share]\nDriver=9p\nPath=/x\nTag=12345678901234567890123456789012\n", 4,
	  "longer than 31" },
	{ "[Share]\nPath=/x\nTag=x\n[Share]\nPath=/y\nTag=x\n", 6, "has it already" },
	{ "[Share]\nPath=/x\nTag=x\nSecurity=none\n", 4, "keeps owners" },
	{ "[Share]\nDriver=9p\nPath=/x\nTag=x\nOptions=a\n", 5, "no virtiofsd" },
	{ M "pc\n[Watchdog]\nModel=itco\n", 4, "only q35" },
	{ UVM "[Watchdog]\nModel=i6300esb\n", 4, "no PCI" },
	{ "[Vsock]\nCid=2\n", 2, "0 to 2" },
	{ "[Balloon]\nDeflateOnOom=yes\n", 2, "no balloon" },
	/* places */
	{ UVM "[Rng]\nSlot=00:05.0\n", 4, "no PCI" },
	{ "[Rng]\nSlot=01:05.0\n", 2, "first PCI bus" },
	{ "[Rng]\nSlot=00:05.*\n", 2, "first PCI bus" },
	{ "[Rng]\nSlot=00:00.1\n", 2, "machine's own" },
	{ "[Disk]\nPath=/x\nSlot=00:05.0\n[Balloon]\nModel=virtio\nSlot=00:05.0\n", 6,
	  "a [Disk] is there already" },
	{ "[Disk]\nPath=/x\nBootIndex=1\n[Cdrom]\nBootIndex=1\n", 5,
	  "a [Disk] has 1 already" },
};

static void check_row(size_t i)
{
	_cleanup_conf_ struct conf *conf = conf_new(&guest_schema);
	struct err err = ERR_INIT;
	char place[64];
	int result = conf_read_text(conf, "web.conf", rows[i].text, &err);

	if (!result)
		result = conf_check(conf, &err);
	snprintf(place, sizeof(place), "web.conf:%u: ", rows[i].line);
	ok(result == -EINVAL && strstr(err.text, place) &&
		   strstr(err.text, rows[i].words) && !strchr(err.text, '\n'),
	   "%s", rows[i].words);
	if (!strstr(err.text, place) || !strstr(err.text, rows[i].words) ||
	    strchr(err.text, '\n'))
		printf("# row %zu, line %u: %s\n", i, rows[i].line, err.text);
}

/* What the hint says is not compared, but there is one. */
static void check_hint(size_t i)
{
	_cleanup_conf_ struct conf *conf = conf_new(&guest_schema);
	struct err err = ERR_INIT;

	if (!conf_read_text(conf, "web.conf", rows[i].text, &err))
		conf_check(conf, &err);
	ok(err.hint[0] != '\0', "a hint for %s: %s", rows[i].words, err.hint);
}

static void check_all_at_once(void)
{
	_cleanup_conf_ struct conf *conf = conf_new(&guest_schema);
	struct err err = ERR_INIT;

	conf_read_text(conf, "web.conf", "[Disk]\n[Vsock]\nCid=1\n[Nic]\nQueues=2\n",
		       NULL);
	is_int(conf_check(conf, &err), -EINVAL, "several mistakes");
	ok(strstr(err.text, "web.conf:1: ") && strstr(err.text, "web.conf:3: ") &&
		   strstr(err.text, "web.conf:5: "),
	   "are told in one go");
}

static const char *const good[] = {
	"",
	"[Nic]\nForward=tcp:127.0.0.1:2222-:22 udp::53-10.0.2.15:53 tcp::80-:80\n",
	"[Machine]\nRtcBase=2026-01-31T12:00:00\n",
	"[Cpu]\nCpus=4\nPin=2-5\n",
	"[Disk]\nPath=/x.qcow2\nBacking=/y.qcow2\n",
	"[Disk]\nPath=/x\nReadOnly=yes\n[Disk]\nPath=/x\nReadOnly=yes\n",
	"[Display]\nType=spice\n[Display]\nType=egl-headless\n[Video]\nModel=virtio\nGl=yes\n",
	"[Rng]\nSlot=00:05.0\n[Balloon]\nModel=virtio\nSlot=00:05.1\n",
	UVM "[Disk]\nPath=/x\n[Nic]\n[Serial]\n[Kernel]\nKernel=/vmlinuz\n",
};

int main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		check_row(i);
		check_hint(i);
	}
	check_all_at_once();
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		_cleanup_conf_ struct conf *conf = conf_new(&guest_schema);
		struct err err = ERR_INIT;

		is_int(conf_read_text(conf, "web.conf", good[i], &err) < 0
			       ? -1
			       : conf_check(conf, &err),
		       0, "right: %s", good[i]);
		if (err.code)
			printf("# %s\n", err.text);
	}
	return done_testing();
}
