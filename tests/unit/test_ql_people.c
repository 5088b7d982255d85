/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/* SOURCES: qemu-launch/argv.c qemu-launch/argv_pci.c qemu-launch/argv_device.c qemu-launch/argv_controller.c qemu-launch/argv_usb.c qemu-launch/argv_display.c qemu-launch/argv_video.c qemu-launch/argv_input.c qemu-launch/argv_char.c qemu-launch/argv_share.c qemu-launch/argv_misc.c */
/* SOURCES: lib/guests.c lib/names.c lib/origin.c lib/schema/guest*.c lib/guest_*.c lib/conf.c lib/conf_read.c lib/conf_reader.c lib/conf_type.c lib/conf_value.c lib/conf_quote.c lib/conf_dump.c lib/nearest.c lib/file.c lib/strbuf.c lib/err.c lib/value/cpu_list.c lib/value/net.c lib/value/link.c lib/value/port.c lib/value/pci.c lib/value/units.c LIBS: inih jansson */
/* clang-format on */
/* test_ql_people.c: what people see, hear and type on; serial ports, channels, folders and small devices. */
#include "tests/unit/ql_argv.h"

const struct argv_builder argv_builders[] = {
	{ "USB controller", argv_build_usb_controller },
	{ "controller", argv_build_controller },
	{ "serial", argv_build_serial },
	{ "channel", argv_build_channel },
	{ "display", argv_build_display },
	{ "video", argv_build_video },
	{ "audio", argv_build_audio },
	{ "input", argv_build_input },
	{ "share", argv_build_share },
	{ "misc", argv_build_misc },
	{ NULL, NULL },
};

static const struct {
	const char *promise;
	enum setup_family family;
	const char *conf;
	const char *lines; /* that must be there; or "error: ..." as far as it goes */
	const char *lacks;
} rows[] = {
	{ "no display is said so, and has no card", SETUP_Q35, "[Memory]\n",
	  "-display none\n", "VGA" },
	{ "VNC listens for this machine alone, and has a card", SETUP_Q35,
	  "[Display]\nType=vnc\n",
	  "-vnc vnc=127.0.0.1:0\n-device VGA,id=video0,bus=pcie.0,addr=0x1\n",
	  "-display" },
	{ "a password is asked for, and not on the command line", SETUP_Q35,
	  "[Display]\nType=vnc\nPort=5907\nPasswordFile=/etc/secret\nWebsocket=5707\nKeymap=de\n"
	  "[Display]\nType=spice\nPasswordFile=/etc/secret\n",
	  "-vnc vnc=127.0.0.1:7,password=on,websocket=5707\n-k de\n"
	  "-spice port=5901,addr=127.0.0.1,seamless-migration=on\n",
	  "secret" },
	{ "VNC by a socket and by IPv6", SETUP_Q35,
	  "[Display]\nType=vnc\nSocket=/run/a,b\n[Display]\nType=vnc\nAddress=::1\nPort=5901\n",
	  "-vnc vnc=unix:/run/a,,b\n-vnc vnc=[::1]:1\n", NULL },
	{ "VNC has no port below 5900", SETUP_Q35, "[Display]\nType=vnc\nPort=5800\n",
	  "error: etc/bedplate/guests/g.conf:3: [Display] Port: VNC's ports begin with 5900",
	  NULL },
	{ "SPICE has its agent, and USB redirection where it is wanted", SETUP_PC,
	  "[Display]\nType=spice\nClipboard=no\nFileTransfer=no\nImageCompression=auto-glz\nUsbRedir=1\n",
	  "-spice port=5900,addr=127.0.0.1,disable-ticketing=on,image-compression=auto_glz,"
	  "disable-copy-paste=on,disable-agent-file-xfer=on,seamless-migration=on\n"
	  "-chardev spicevmc,id=spice-agent,name=vdagent\n"
	  "-device virtserialport,bus=virtio-serial0.0,nr=1,chardev=spice-agent,id=spice-agent,"
	  "name=com.redhat.spice.0\n"
	  "-chardev spicevmc,id=redir0,name=usbredir\n"
	  "-device usb-redir,chardev=redir0,id=redir0,bus=usb0.0\n",
	  NULL },
	{ "an agent that the file names is not made twice", SETUP_PC,
	  "[Display]\nType=spice\n[Channel]\nType=spice\nNumber=4\n",
	  "-device virtserialport,bus=virtio-serial0.0,nr=4,chardev=channel0,id=channel0,"
	  "name=com.redhat.spice.0\n",
	  "spice-agent" },
	{ "two SPICE servers are refused", SETUP_PC,
	  "[Display]\nType=spice\n[Display]\nType=spice\n",
	  "error: etc/bedplate/guests/g.conf:4: [Display] Type: a guest has one SPICE server",
	  NULL },
	{ "a window is drawn by the host's GPU", SETUP_Q35,
	  "[Display]\nType=egl-headless\nRenderNode=/dev/dri/renderD128\n[Video]\nModel=virtio\nGl=yes\n",
	  "-display egl-headless,rendernode=/dev/dri/renderD128\n"
	  "-device virtio-vga-gl,id=video0,bus=pcie.0,addr=0x1\n",
	  NULL },
	{ "a window of SDL's", SETUP_Q35, "[Display]\nType=sdl\n[Video]\nModel=std\n",
	  "-display sdl\n-device VGA,id=video0,bus=pcie.0,addr=0x1\n", "gl=" },
	{ "SDL can have the host's GPU draw, too", SETUP_Q35,
	  "[Display]\nType=sdl\nGl=on\n[Video]\nModel=virtio\nGl=yes\n",
	  "-display sdl,gl=on\n-device virtio-vga-gl,id=video0,bus=pcie.0,addr=0x1\n",
	  NULL },
	{ "qxl has three memories", SETUP_PC,
	  "[Video]\nModel=qxl\nRam=64M\nVram=32M\nMemory=16M\n",
	  "-device qxl-vga,id=video0,bus=pci.0,addr=0x2,ram_size=67108864,vram_size=33554432,vgamem_mb=16\n",
	  NULL },
	{ "Arm has virtio's card", SETUP_VIRT, "[Display]\nType=gtk\nGl=on\n",
	  "-display gtk,gl=on\n-device virtio-gpu-pci,id=video0,bus=pcie.0,addr=0x1\n",
	  NULL },
	{ "no card where the file says so", SETUP_PC,
	  "[Display]\nType=vnc\n[Video]\nModel=none\n", "-vnc vnc=127.0.0.1:0\n",
	  "-device" },
	{ "sound goes where it is sent", SETUP_Q35,
	  "[Audio]\nBackend=pa\nServer=/run/user/1/pulse\nOutput=hdmi\nCodec=micro\n[Audio]\nModel=usb\n",
	  "-audiodev pa,id=audio0,server=/run/user/1/pulse,out.name=hdmi\n"
	  "-device ich9-intel-hda,id=sound0,bus=pcie.0,addr=0x9\n"
	  "-device hda-micro,id=sound0-codec,bus=sound0.0,audiodev=audio0\n"
	  "-audiodev none,id=audio1\n-device usb-audio,id=sound1,bus=usb0.0,audiodev=audio1\n",
	  NULL },
	{ "the host's keyboard is taken with all there is", SETUP_Q35,
	  "[Input]\nType=evdev\nDevice=/dev/input/event3\nGrabAll=yes\nRepeat=yes\nGrabToggle=alt-alt\n",
	  "-object input-linux,id=input0,evdev=/dev/input/event3,grab_all=on,repeat=on,grab-toggle=alt-alt\n",
	  "-device" },
	{ "a keyboard may be virtio's", SETUP_MICROVM,
	  "[Input]\nType=keyboard\nBus=virtio\n",
	  "-device virtio-keyboard-device,id=input0\n", "bus=" },
	{ "the console is a socket of ours", SETUP_PC, "[Serial]\nLog=/var/log/c\n",
	  "-chardev socket,id=serial0,path=/run/g/console.sock,server=on,wait=off,logfile=/var/log/c,"
	  "logappend=on\n-device isa-serial,chardev=serial0,id=serial0\n",
	  NULL },
	{ "other ports have other ends", SETUP_PC,
	  "[Serial]\nType=socket\n[Serial]\nType=tcp\nPort=4000\nTelnet=yes\nDevice=pci\n"
	  "[Serial]\nType=file\nPath=/f\nAppend=yes\nDevice=virtio\n",
	  "-chardev socket,id=serial0,path=/run/g/serial0.sock,server=on,wait=off\n"
	  "-chardev socket,id=serial1,host=127.0.0.1,port=4000,server=on,wait=off,telnet=on\n"
	  "-device pci-serial,bus=pci.0,addr=0x9,chardev=serial1,id=serial1\n"
	  "-chardev file,id=serial2,path=/f,append=on\n"
	  "-device virtconsole,bus=virtio-serial0.0,nr=1,chardev=serial2,id=serial2\n",
	  NULL },
	{ "Arm's port is the machine's", SETUP_VIRT, "[Serial]\nType=pty\n",
	  "-chardev pty,id=serial0\n-serial chardev:serial0\n", "-device" },
	{ "one port is the console", SETUP_PC, "[Serial]\n[Serial]\n",
	  "error: etc/bedplate/guests/g.conf:2: [Serial] Type: `console` shows", NULL },
	{ "the guest agent has its socket and name", SETUP_Q35, "[Channel]\n",
	  "-chardev socket,id=channel0,path=/run/g/agent.sock,server=on,wait=off\n"
	  "-device virtserialport,bus=virtio-serial0.0,nr=1,chardev=channel0,id=channel0,"
	  "name=org.qemu.guest_agent.0\n",
	  NULL },
	{ "a channel of one's own needs a name", SETUP_Q35, "[Channel]\nType=pty\n",
	  "error: etc/bedplate/guests/g.conf:2: [Channel] Type: it needs Name=", NULL },
	{ "folders by virtiofsd and by QEMU", SETUP_Q35,
	  "[Share]\nPath=/srv\nTag=srv\n[Share]\nDriver=9p\nPath=/s,t\nTag=st\nReadOnly=yes\n",
	  "-chardev socket,id=share0,path=/run/g/fs-srv.sock\n"
	  "-device vhost-user-fs-pci,queue-size=1024,chardev=share0,tag=srv,id=share0,bus=pcie.0,addr=0x8\n"
	  "-fsdev local,id=share1,path=/s,,t,security_model=mapped-xattr,multidevs=remap,readonly=on\n"
	  "-device virtio-9p-pci,fsdev=share1,mount_tag=st,id=share1,bus=pcie.0,addr=0x9\n",
	  NULL },
	{ "randomness by the spoonful", SETUP_Q35, "[Rng]\nMaxBytes=1K\nPeriod=500ms\n",
	  "-object rng-random,id=rng0,filename=/dev/urandom\n"
	  "-device virtio-rng-pci,rng=rng0,id=rng0,bus=pcie.0,addr=0x8,max-bytes=1024,period=500\n",
	  NULL },
	{ "a watchdog bites as it is told", SETUP_Q35,
	  "[Watchdog]\nModel=i6300esb\nAction=inject-nmi\n",
	  "-action watchdog=inject-nmi\n-device i6300esb,id=watchdog0,bus=pcie.0,addr=0x8\n",
	  NULL },
	{ "q35's own is switched on", SETUP_Q35, "[Watchdog]\nModel=itco\n",
	  "-action watchdog=reset\n-global ICH9-LPC.noreboot=off\n", "-device" },
	{ "pc has not got that one", SETUP_PC, "[Watchdog]\nModel=itco\n",
	  "error: etc/bedplate/guests/g.conf:2: [Watchdog] Model: only q35", NULL },
	{ "vsock and balloon", SETUP_MICROVM,
	  "[Vsock]\nCid=5\n[Balloon]\nModel=virtio\nDeflateOnOom=yes\n",
	  "-device vhost-vsock-device,id=vsock0,guest-cid=5\n"
	  "-device virtio-balloon-device,id=balloon0,deflate-on-oom=on\n",
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
