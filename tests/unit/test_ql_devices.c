/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/* SOURCES: qemu-launch/argv.c qemu-launch/argv_pci.c qemu-launch/argv_device.c qemu-launch/argv_controller.c qemu-launch/argv_usb.c qemu-launch/argv_disk.c qemu-launch/argv_cdrom.c qemu-launch/disk_image.c qemu-launch/argv_nic.c qemu-launch/argv_passthrough.c */
/* SOURCES: lib/guests.c lib/names.c lib/origin.c lib/schema/guest*.c lib/guest_*.c lib/conf.c lib/conf_read.c lib/conf_reader.c lib/conf_type.c lib/conf_value.c lib/conf_quote.c lib/conf_dump.c lib/nearest.c lib/file.c lib/strbuf.c lib/err.c lib/value/cpu_list.c lib/value/net.c lib/value/link.c lib/value/port.c lib/value/pci.c lib/value/units.c LIBS: inih jansson */
/* clang-format on */
/* test_ql_devices.c: disks, drives, network cards and devices of the host's, each where it belongs. */
#include "tests/unit/ql_argv.h"

const struct argv_builder argv_builders[] = {
	{ "USB controller", argv_build_usb_controller },
	{ "controller", argv_build_controller },
	{ "disk", argv_build_disk },
	{ "cdrom", argv_build_cdrom },
	{ "floppy", argv_build_floppy },
	{ "nic", argv_build_nic },
	{ "passthrough", argv_build_passthrough },
	{ "usb", argv_build_usb },
	{ NULL, NULL },
};

static const struct {
	const char *promise;
	enum setup_family family;
	const char *conf;
	const char *lines; /* that must be there; or "error: ..." as far as it goes */
	const char *lacks;
} rows[] = {
	/* disks */
	{ "a file is cached by the host, and a disk is virtio's", SETUP_Q35,
	  "[Disk]\nPath=/d/a.qcow2\n",
	  "-blockdev qcow2,node-name=disk0,file.driver=file,file.filename=/d/a.qcow2\n"
	  "-device virtio-blk-pci,bus=pcie.0,addr=0x8,drive=disk0,id=disk0\n",
	  "cache" },
	{ "a logical volume is raw and goes around the host's cache", SETUP_PC,
	  "[Disk]\nPath=/dev/vg/a\n",
	  "-blockdev raw,node-name=disk0,cache.direct=on,file.driver=host_device,file.filename=/dev/vg/a,"
	  "file.aio=native\n",
	  NULL },
	{ "shared memory's files are files", SETUP_PC, "[Disk]\nPath=/dev/shm/a.img\n",
	  "-blockdev raw,node-name=disk0,file.driver=file,file.filename=/dev/shm/a.img\n",
	  "native" },
	{ "a comma in a name is doubled", SETUP_PC, "[Disk]\nPath=/d/a,b.img\n",
	  "-blockdev raw,node-name=disk0,file.driver=file,file.filename=/d/a,,b.img\n",
	  NULL },
	{ "what an overlay lies over is in its header, and it is a qcow2", SETUP_Q35,
	  "[Disk]\nPath=/d/over\nBacking=/d/base.raw\n",
	  "-blockdev qcow2,node-name=disk0,file.driver=file,file.filename=/d/over\n",
	  "base" },
	{ "a volatile disk is an overlay in the guest's folder", SETUP_Q35,
	  "[Disk]\nPath=/d/a.img\n[Disk]\nPath=/dev/vg/b\nVolatile=yes\n",
	  "-blockdev qcow2,node-name=disk1,file.driver=file,"
	  "file.filename=/var/lib/g/disk1.volatile.qcow2\n",
	  "native" },
	{ "a disk's words are QEMU's", SETUP_Q35,
	  "[Disk]\nPath=/d/a.img\nCache=directsync\nAio=io-uring\nDiscard=unmap\nDetectZeroes=unmap\n"
	  "ReadOnly=yes\nSerial=S1\nBootIndex=2\nShareable=yes\nQueues=4\nIothread=1\n"
	  "WriteError=enospc\nReadError=stop\nLogicalBlockSize=4K\nPhysicalBlockSize=4K\nSlot=00:04.0\n",
	  "-blockdev raw,node-name=disk0,read-only=on,discard=unmap,detect-zeroes=unmap,cache.direct=on,"
	  "file.driver=file,file.filename=/d/a.img,file.aio=io_uring\n"
	  "-device virtio-blk-pci,num-queues=4,iothread=iothread1,bus=pcie.0,addr=0x4,drive=disk0,id=disk0,"
	  "serial=S1,bootindex=2,share-rw=on,write-cache=off,logical_block_size=4096,"
	  "physical_block_size=4096,werror=enospc,rerror=stop\n",
	  NULL },
	{ "limits stand in front of the image", SETUP_Q35,
	  "[Disk]\nPath=/d/a.img\nReadBps=1M\nWriteIops=100\n",
	  "-object throttle-group,id=limit0,x-bps-read=1048576,x-iops-write=100\n"
	  "-blockdev throttle,node-name=disk0-limit,throttle-group=limit0,file=disk0\n"
	  "-device virtio-blk-pci,bus=pcie.0,addr=0x8,drive=disk0-limit,id=disk0\n",
	  NULL },
	{ "native I/O with the host's cache is refused with its line", SETUP_Q35,
	  "[Disk]\nPath=/d/a.img\nAio=native\n",
	  "error: etc/bedplate/guests/g.conf:3: [Disk] Aio: native", NULL },
	{ "SCSI disks share a controller that is made for them", SETUP_Q35,
	  "[Disk]\nPath=/d/a.img\nBus=scsi\n[Disk]\nPath=/d/b.img\nBus=scsi\nRotationRate=1\n"
	  "Wwn=5000c50015ea71ad\n",
	  "-device virtio-scsi-pci,id=scsi0,bus=pcie.0,addr=0x8\n"
	  "-device scsi-hd,bus=scsi0.0,channel=0,scsi-id=0,lun=0,drive=disk0,id=disk0\n"
	  "-device scsi-hd,wwn=0x5000c50015ea71ad,rotation_rate=1,bus=scsi0.0,channel=0,scsi-id=1,lun=0,"
	  "drive=disk1,id=disk1\n",
	  NULL },
	{ "a controller of the file's has what it says", SETUP_PC,
	  "[Controller]\nType=scsi\nQueues=2\nIothread=1\n[Controller]\nModel=lsi53c895a\n"
	  "[Disk]\nPath=/d/a.img\nBus=scsi\nController=1\n",
	  "-device virtio-scsi-pci,id=scsi0,bus=pci.0,addr=0x8,num_queues=2,iothread=iothread1\n"
	  "-device lsi53c895a,id=scsi1,bus=pci.0,addr=0x9\n"
	  "-device scsi-hd,bus=scsi1.0,channel=0,scsi-id=0,lun=0,drive=disk0,id=disk0\n",
	  NULL },
	{ "a controller that is not there is refused with the disk's line", SETUP_PC,
	  "[Disk]\nPath=/d/a.img\nBus=scsi\nController=3\n",
	  "error: etc/bedplate/guests/g.conf:3: [Disk] Bus: the machine has no SCSI controller 3",
	  NULL },
	{ "IDE is pc's, two units on each of two channels", SETUP_PC,
	  "[Disk]\nPath=/d/a.img\nBus=ide\n[Disk]\nPath=/d/b.img\nBus=ide\nUnit=3\n[Cdrom]\n",
	  "-device ide-hd,bus=ide.0,unit=0,drive=disk0,id=disk0\n"
	  "-device ide-hd,bus=ide.1,unit=1,drive=disk1,id=disk1\n"
	  "-device ide-cd,bus=ide.1,unit=0,id=cdrom0\n",
	  NULL },
	{ "q35 has no IDE", SETUP_Q35, "[Disk]\nPath=/d/a.img\nBus=ide\n",
	  "error: etc/bedplate/guests/g.conf:3: [Disk] Bus: the machine has no IDE controller",
	  NULL },
	{ "SATA is q35's own; a CD is where -cdrom has it", SETUP_Q35,
	  "[Disk]\nPath=/d/a.img\nBus=sata\n[Cdrom]\nPath=/d/cd.iso\nBootIndex=1\n",
	  "-device ide-hd,bus=ide.0,drive=disk0,id=disk0\n"
	  "-blockdev raw,node-name=cdrom0,read-only=on,file.driver=file,file.filename=/d/cd.iso\n"
	  "-device ide-cd,bus=ide.2,drive=cdrom0,id=cdrom0,bootindex=1\n",
	  "ahci" },
	{ "pc gets a SATA controller", SETUP_PC, "[Disk]\nPath=/d/a.img\nBus=sata\n",
	  "-device ich9-ahci,id=sata0,bus=pci.0,addr=0x8\n"
	  "-device ide-hd,bus=sata0.0,drive=disk0,id=disk0\n",
	  NULL },
	{ "a unit that the file names is not given to another", SETUP_PC,
	  "[Disk]\nPath=/d/a.img\nBus=ide\n[Disk]\nPath=/d/b.img\nBus=ide\nUnit=0\n",
	  "-device ide-hd,bus=ide.0,unit=1,drive=disk0,id=disk0\n"
	  "-device ide-hd,bus=ide.0,unit=0,drive=disk1,id=disk1\n",
	  NULL },
	{ "a unit that is named twice is refused", SETUP_PC,
	  "[Disk]\nPath=/d/a.img\nBus=ide\nUnit=0\n[Disk]\nPath=/d/b.img\nBus=ide\nUnit=0\n",
	  "error: etc/bedplate/guests/g.conf:7: [Disk] Bus: unit 0 is another device's already",
	  NULL },
	{ "NVMe has a serial number always", SETUP_Q35,
	  "[Disk]\nPath=/d/a.img\nBus=nvme\n",
	  "-device nvme,serial=disk0,bus=pcie.0,addr=0x8,drive=disk0,id=disk0\n", NULL },
	{ "a USB disk brings its controller", SETUP_Q35,
	  "[Disk]\nPath=/d/a.img\nBus=usb\n",
	  "-device qemu-xhci,id=usb0,bus=pcie.0,addr=0x8\n"
	  "-device usb-storage,bus=usb0.0,drive=disk0,id=disk0\n",
	  NULL },
	{ "microvm's disks are of virtio-mmio", SETUP_MICROVM, "[Disk]\nPath=/d/a.img\n",
	  "-device virtio-blk-device,drive=disk0,id=disk0\n", "bus=" },
	{ "what needs PCI is refused on a microvm", SETUP_MICROVM,
	  "[Disk]\nPath=/d/a.img\nBus=nvme\n",
	  "error: etc/bedplate/guests/g.conf:3: [Disk] Bus: a nvme", NULL },
	/* drives */
	{ "Arm's CD-ROM is SCSI's", SETUP_VIRT, "[Cdrom]\nPath=/d/cd.iso\n",
	  "-device scsi-cd,bus=scsi0.0,channel=0,scsi-id=0,lun=0,drive=cdrom0,id=cdrom0\n",
	  NULL },
	{ "q35 gets a controller for floppies", SETUP_Q35,
	  "[Floppy]\nPath=/d/f.img\nBootIndex=1\n",
	  "-device isa-fdc,id=fdc0\n-device floppy,unit=0,drive=floppy0,id=floppy0\n"
	  "-global isa-fdc.bootindexA=1\n",
	  NULL },
	{ "pc has one", SETUP_PC, "[Floppy]\nPath=/d/f.img\nReadOnly=yes\n",
	  "-blockdev raw,node-name=floppy0,read-only=on,file.driver=file,file.filename=/d/f.img\n"
	  "-device floppy,unit=0,drive=floppy0,id=floppy0\n",
	  "fdc" },
	/* network cards */
	{ "a tap is opened by name, without scripts", SETUP_PC,
	  "[Nic]\nType=tap\nTap=tap-g\nQueues=2\nVhost=on\nMtu=9000\n",
	  "-netdev tap,ifname=tap-g,script=no,downscript=no,queues=2,vhost=on,id=net0\n"
	  "-device virtio-net-pci,bus=pci.0,addr=0x3,netdev=net0,id=nic0,mac=52:54:00:00:00:00,mq=on,"
	  "vectors=6,host_mtu=9000\n",
	  NULL },
	{ "cards stay where they are when a disk is added", SETUP_PC,
	  "[Disk]\nPath=/d/a.img\n[Disk]\nPath=/d/b.img\n[Nic]\nModel=e1000\n[Nic]\nModel=rtl8139\nRom=no\n",
	  "-device e1000,bus=pci.0,addr=0x3,netdev=net0,id=nic0,mac=52:54:00:00:00:00\n"
	  "-device rtl8139,bus=pci.0,addr=0x4,netdev=net1,id=nic1,mac=52:54:00:00:00:01,romfile=\n",
	  NULL },
	{ "user mode has forwards", SETUP_Q35,
	  "[Nic]\nType=user\nForward=tcp:127.0.0.1:2222-:22 udp::53-:53\nRestrict=yes\nSubnet=10.9.0.0/24\n",
	  "-netdev user,net=10.9.0.0/24,restrict=on,hostfwd=tcp:127.0.0.1:2222-:22,hostfwd=udp::53-:53,"
	  "id=net0\n",
	  NULL },
	{ "a socket has one end", SETUP_Q35,
	  "[Nic]\nType=socket\nListen=:1\nConnect=a:1\n",
	  "error: etc/bedplate/guests/g.conf:2: [Nic] Type: one of Listen=", NULL },
	{ "a bridge comes by the helper", SETUP_Q35,
	  "[Nic]\nType=bridge\nBridge=br0\nHelper=/h\n",
	  "-netdev bridge,br=br0,helper=/h,id=net0\n", NULL },
	{ "a card may be plugged into nothing", SETUP_Q35,
	  "[Nic]\nType=none\nModel=usb-net\n",
	  "-device usb-net,bus=usb0.0,id=nic0,mac=52:54:00:00:00:00\n", "netdev" },
	/* devices of the host's */
	{ "a slot's functions stay together behind a port of their own", SETUP_Q35,
	  "[Passthrough]\nAddress=01:00.*\nXVga=yes\nRomFile=/r\n",
	  "-device pcie-root-port,id=port0,bus=pcie.0,addr=0x8,multifunction=on,chassis=1\n"
	  "-device vfio-pci,host=0000:01:00.0,id=hostdev0,bus=port0,addr=0x0,multifunction=on,x-vga=on,"
	  "romfile=/r\n"
	  "-device vfio-pci,host=0000:01:00.1,id=hostdev1,bus=port0,addr=0x0.0x1\n",
	  NULL },
	{ "so do functions that are named one by one, on pc in one slot", SETUP_PC,
	  "[Passthrough]\nAddress=01:00.1\nRomBar=off\n[Passthrough]\nAddress=01:00.0\nXVga=yes\n",
	  "-device vfio-pci,host=0000:01:00.1,id=hostdev0,bus=pci.0,addr=0x8.0x1,rombar=0\n"
	  "-device vfio-pci,host=0000:01:00.0,id=hostdev1,bus=pci.0,addr=0x8,multifunction=on,x-vga=on\n",
	  NULL },
	{ "a function alone is function 0 in the guest", SETUP_Q35,
	  "[Passthrough]\nAddress=02:03.1\nSlot=00:05.0\nOptions=x-no-mmap=on\n",
	  "-device vfio-pci,host=0000:02:03.1,id=hostdev0,bus=pcie.0,addr=0x5,x-no-mmap=on\n",
	  "multifunction" },
	{ "functions that are to be apart have a port each", SETUP_Q35,
	  "[Passthrough]\nAddress=01:00.*\nMultifunction=off\n",
	  "-device pcie-root-port,id=port1,bus=pcie.0,addr=0x8.0x1,chassis=2\n"
	  "-device vfio-pci,host=0000:01:00.1,id=hostdev1,bus=port1,addr=0x0\n",
	  NULL },
	{ "a USB device is waited for by what it is", SETUP_Q35, "[Usb]\nId=046d:c077\n",
	  "-device usb-host,bus=usb0.0,id=usbdev0,vendorid=0x046d,productid=0xc077\n",
	  NULL },
	{ "or by its port", SETUP_Q35, "[Usb]\nPort=1-4.2\nGuestReset=no\n",
	  "-device usb-host,bus=usb0.0,id=usbdev0,hostbus=1,hostport=4.2,guest-reset=off\n",
	  NULL },
	{ "a serial number is looked up", SETUP_Q35, "[Usb]\nId=046d:c077\nSerial=A1\n",
	  "-device usb-host,bus=usb0.0,id=usbdev0,hostbus=3,hostaddr=7\n", "vendorid" },
	/* controllers and slots */
	{ "ICH9's EHCI has three companions", SETUP_PC,
	  "[UsbController]\nModel=ehci\nSlot=00:06.0\n",
	  "-device ich9-usb-ehci1,id=usb0,bus=pci.0,addr=0x6.0x7\n"
	  "-device ich9-usb-uhci1,masterbus=usb0.0,firstport=0,bus=pci.0,addr=0x6,multifunction=on\n"
	  "-device ich9-usb-uhci2,masterbus=usb0.0,firstport=2,bus=pci.0,addr=0x6.0x1\n"
	  "-device ich9-usb-uhci3,masterbus=usb0.0,firstport=4,bus=pci.0,addr=0x6.0x2\n",
	  NULL },
	{ "PIIX3's USB is a function of its own", SETUP_PC,
	  "[UsbController]\nModel=uhci\n",
	  "-device piix3-usb-uhci,id=usb0,bus=pci.0,addr=0x1.0x2\n", NULL },
	{ "ports wait for devices", SETUP_Q35, "[Machine]\nHotplugPorts=9\n",
	  "-device pcie-root-port,id=hotplug0,bus=pcie.0,addr=0x8,multifunction=on,chassis=1\n"
	  "-device pcie-root-port,id=hotplug7,bus=pcie.0,addr=0x8.0x7,chassis=8\n"
	  "-device pcie-root-port,id=hotplug8,bus=pcie.0,addr=0x9,multifunction=on,chassis=9\n",
	  NULL },
	{ "a slot that the file names is left free", SETUP_Q35,
	  "[Disk]\nPath=/d/a.img\n[Disk]\nPath=/d/b.img\nSlot=00:08.0\n",
	  "-device virtio-blk-pci,bus=pcie.0,addr=0x9,drive=disk0,id=disk0\n"
	  "-device virtio-blk-pci,bus=pcie.0,addr=0x8,drive=disk1,id=disk1\n",
	  NULL },
	{ "two functions in one slot are several", SETUP_Q35,
	  "[Disk]\nPath=/d/a.img\nSlot=00:08.1\n[Disk]\nPath=/d/b.img\nSlot=00:08.0\n",
	  "-device virtio-blk-pci,bus=pcie.0,addr=0x8.0x1,drive=disk0,id=disk0\n"
	  "-device virtio-blk-pci,bus=pcie.0,addr=0x8,multifunction=on,drive=disk1,id=disk1\n",
	  NULL },
	{ "a slot that is named twice is refused with both lines", SETUP_Q35,
	  "[Disk]\nPath=/d/a.img\nSlot=00:08.0\n[Nic]\nSlot=00:08.0\n",
	  "error: etc/bedplate/guests/g.conf:5: [Nic] Slot: guests/g.conf:3 has that slot",
	  NULL },
	{ "a slot of the machine's is refused", SETUP_Q35, "[Nic]\nSlot=00:1f.2\n",
	  "error: etc/bedplate/guests/g.conf:2: [Nic] Slot: the machine itself has that slot",
	  NULL },
};

int main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_free_ char *got = ql_argv(rows[i].conf, rows[i].family);
		bool is_error = strncmp(rows[i].lines, "error: ", 7) == 0;
		bool has = is_error ? !strncmp(got, rows[i].lines, strlen(rows[i].lines))
				    : ql_has_lines(got, rows[i].lines);
		bool lacks = !rows[i].lacks || !strstr(got, rows[i].lacks);

		if (!ok(has && lacks, "%s", rows[i].promise))
			printf("# wanted:\n%s\n# got:\n%s\n", rows[i].lines, got);
	}
	return done_testing();
}
