# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # qemu-launch-job.sh sets them
#
# The guests of tests/bench/qemu-launch: one boot sector each, as a guest's file, as libvirt's XML,
# and as QEMU's command line. The machine is the same; so are its sockets, as far as each can say.

bedplate_guest() { # NAME
	cat <<-END_CONF
		[Guest]
		Stop=
		Restart=no
		[Machine]
		Type=pc
		Accel=$ACCEL
		[Cpu]
		Model=max
		[Memory]
		Size=32M
		[Serial]
		[Disk]
		Path=/srv/$1.img
		Format=raw
		Bus=ide
	END_CONF
}

libvirt_guest() { # NAME
	local type=kvm
	[[ $ACCEL == kvm ]] || type=qemu
	cat <<-END_XML
		<domain type='$type'>
		  <name>$1</name>
		  <memory unit='MiB'>32</memory>
		  <vcpu>1</vcpu>
		  <os><type arch='x86_64' machine='pc'>hvm</type></os>
		  <features><acpi/></features>
		  <cpu mode='maximum'/>
		  <on_crash>preserve</on_crash>
		  <devices>
		    <emulator>/usr/bin/qemu-system-x86_64</emulator>
		    <disk type='file' device='disk'>
		      <driver name='qemu' type='raw'/>
		      <source file='/srv/$1.img'/>
		      <target dev='hda' bus='ide'/>
		    </disk>
		    <controller type='usb' model='none'/>
		    <serial type='unix'>
		      <source mode='bind' path='/run/$1.console'/>
		      <log file='/run/$1.log' append='on'/>
		      <target type='isa-serial' port='0'/>
		    </serial>
		    <video><model type='none'/></video>
		    <memballoon model='none'/>
		  </devices>
		</domain>
	END_XML
}

# What neither can do without: QEMU with the same machine, started by nobody in particular.
qemu_alone_guest() { # NAME
	qemu-system-x86_64 -name "guest=$1,debug-threads=on" -nodefaults -no-user-config \
		-sandbox on,obsolete=deny,resourcecontrol=deny \
		-machine pc,usb=off -accel "$ACCEL" -cpu max -smp 1 -m 32 -display none -daemonize \
		-chardev "socket,id=qmp,path=/run/$1.qmp,server=on,wait=off" -mon chardev=qmp,mode=control \
		-blockdev "raw,node-name=disk0,file.driver=file,file.filename=/srv/$1.img" \
		-device ide-hd,bus=ide.0,unit=0,drive=disk0 \
		-chardev "socket,id=serial0,path=/run/$1.console,server=on,wait=off,logfile=/run/$1.log" \
		-device isa-serial,chardev=serial0
}
