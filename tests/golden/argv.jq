# SPDX-License-Identifier: GPL-2.0-or-later
# argv.jq: what a command line of QEMU's means, as text that can be compared.
#
#   jq -n -r --rawfile wanted WANTED --rawfile made MADE -f argv.jq
#
# Both are texts of one option a line, # for comments. It prints { wanted, made }: lines, sorted. How it works:
#  - the order of options and of an option's properties counts for nothing;
#  - a name (id=) is only a name: what refers to it shows what it refers to, in braces;
#  - of two spellings of one thing (-no-hpet and -machine hpet=off, 0x10 and 16, +ssse3 and ssse3=on,
#    nowait and wait=off, -drive and -blockdev, -cdrom and its devices) both become one;
#  - a device whose bus QEMU finds itself has that bus;
#  - where WANTED leaves a PCI address to QEMU, any that MADE has will do.

def implied: {
	device: "driver", cpu: "model", smp: "cpus", m: "size", chardev: "backend", netdev: "type",
	object: "qom-type", blockdev: "driver", name: "guest", boot: "order", tpmdev: "type",
	fsdev: "fsdriver", vnc: "vnc", display: "type", audiodev: "driver", numa: "type", mon: "chardev",
	sandbox: "enable", machine: "type", accel: "accel",
	drive: "file", spice: "", rtc: "", smbios: "", overcommit: "", msg: "", action: "", global: ""
};

# --- values ---------------------------------------------------------------------------------

def hex: explode | reduce .[] as $c (0; . * 16 + (if $c >= 97 then $c - 87 elif $c >= 65 then $c - 55 else $c - 48 end));

# A PCI address: SLOT or SLOT.FUNCTION, in hexadecimal.
def address:
	split(".") | map(ltrimstr("0x") | hex) | "\(.[0]).\(.[1] // 0)";

def value:
	if test("^(on|yes|true)$") then "on"
	elif test("^(off|no|false)$") then "off"
	elif test("^0x[0-9a-fA-F]+$") then ltrimstr("0x") | hex | tostring
	elif test("^[0-9]+[kKMGT]$") then
		(.[:-1] | tonumber) * ({ k: 1024, K: 1024, M: 1048576, G: 1073741824, T: 1099511627776 }[.[-1:]]) | tostring
	else . end;

def word:
	if startswith("+") then { key: .[1:], value: "on" }
	elif startswith("-") then { key: .[1:], value: "off" }
	elif . == "nowait" then { key: "wait", value: "off" }
	else { key: ., value: "on" } end;

# A JSON object as QEMU takes it: nested names become dotted.
def dotted:
	[paths(scalars) as $path | { key: ($path | map(tostring) | join(".")), value: (getpath($path) | tostring | value) }]
	| from_entries;

# "a,b=c" with an implied first key, as an object; a doubled comma is a comma. A key that comes again (several
# hostfwd=) gets a list.
def properties($first):
	gsub(",,"; "\u0001") | split(",") | to_entries
	| map((.value | gsub("\u0001"; ",")) as $text
		| if ($text | test("^[^=]+=")) then $text | capture("^(?<key>[^=]+)=(?<value>.*)$")
		  elif .key == 0 and $first != "" then { key: $first, value: $text }
		  else $text | word end
		| .value |= value
		| if .key == "addr" and (.value | test(":|\\.[0-9]+\\.") | not) then .value |= . else . end)
	| reduce .[] as $p ({}; if has($p.key) then .[$p.key] = ([.[$p.key], $p.value] | flatten) else .[$p.key] = $p.value end);

# --- options --------------------------------------------------------------------------------

# -drive's words as those of -blockdev.
def blockdev:
	.cache as $cache
	| del(.cache, ."if", .id, .unit, .media, .index)
	| with_entries(.key |= ({ format: "driver", file: "file.filename", readonly: "read-only", aio: "file.aio" }[.] // .))
	| if $cache == "none" then . + { "cache.direct": "on" }
	  elif $cache == "unsafe" then . + { "cache.no-flush": "on" }
	  else . end;

# What a block node has by default, or finds out by itself.
def block_node:
	del(."node-name")
	| with_entries(select(.key + "=" + .value
		| test("^(file\\.driver=(file|host_device|host_cdrom)|read-only=off|(cache\\.(direct|no-flush)|auto-read-only)=off)$|^auto-read-only=|^file\\.(read-only|locking|auto-read-only)=") | not));

# The machine's word for a drive of its own.
def own_drive($machine):
	(if ($machine | test("q35")) then "ide.2" else "ide.1" end) as $cd
	| if ."if" == "pflash" then []
	  elif ."if" == "none" or (has("id") and (has("if") | not)) then []
	  elif ."if" == "virtio" then [{ driver: "virtio-blk-pci" }]
	  elif .media == "cdrom" then [{ driver: "ide-cd", bus: $cd, unit: "0" }]
	  else [{ driver: "ide-hd", bus: "ide.0", unit: "0" }] end;

def one_option:
	capture("^-+(?<option>[^ ]+)( +(?<text>.*))?$")
	| if .option == "M" then .option = "machine" else . end
	| .text //= ""
	| { "enable-kvm": ["accel", "kvm"], "no-hpet": ["machine", "hpet=off"], "no-acpi": ["machine", "acpi=off"],
	    cdrom: ["drive", "media=cdrom,format=raw,readonly=on,if=ide,file=" + .text],
	    hda: ["drive", "format=raw,if=ide,file=" + .text],
	    usb: ["device", "piix3-usb-uhci,id=own-usb,bus=pci.0,addr=1.2"], nographic: ["display", "none"],
	    realtime: ["overcommit", (.text | sub("^mlock"; "mem-lock"))] }[.option] as $other
	| if $other then { option: $other[0], text: $other[1] } else . end
	| .option as $option
	| if .text | startswith("{") then .set = (.text | fromjson | dotted)
	  elif $option == "global" and (.text | startswith("driver=") | not) then
		.text |= capture("^(?<driver>[^.]+)\\.(?<property>[^=]+)=(?<value>.*)$") | .set = (.text | .value |= value) | .text = ""
	  elif implied | has($option) then .set = (.text | properties(implied[$option]))
	  elif $option == "serial" and (.text | startswith("chardev:")) then .set = { chardev: (.text | ltrimstr("chardev:")) }
	  else . end
	| if $option == "cpu" then .set |= with_entries(.key |= gsub("_"; "-"))
	  elif $option == "m" and (.set.size // "" | test("^[0-9]{1,6}$")) then .set.size |= (tonumber * 1048576 | tostring)
	  elif $option == "device" and .set.addr then
		.set.addr = (.text | capture("(^|,)addr=(?<a>[0-9a-fA-Fx.]+)").a | address)
	  else . end;

# --- what names stand for ---------------------------------------------------------------------

def buses: [
	{ users: "^usb-", makers: "usb-ehci|piix[34]-usb-uhci|xhci|usb-ehci|pci-ohci" },
	{ users: "^virt(serialport|console)$", makers: "^virtio-serial" },
	{ users: "^scsi-", makers: "^virtio-scsi|^lsi|megasas|mptsas|pvscsi" }
];

# Devices that leave their bus to QEMU have the first one that fits.
def default_buses:
	. as $all
	| map(if .option == "device" and (.set | has("bus") | not) then
		.set.driver as $driver
		| ([buses[] | select(.users as $users | $driver | test($users))][0]) as $kind
		| if $kind == null then . else
			([$all[] | select(.option == "device" and (.set.driver | test($kind.makers)))][0].set.id) as $maker
			| if $maker then .set.bus = $maker + ".0" else . end
		  end
	  else . end);

def shown: to_entries | sort_by(.key) | map("\(.key)=\(.value | if type == "array" then sort | join("+") else . end)") | join(",");

# Which option makes what a property refers to.
def makers: {
	chardev: "chardev", netdev: "netdev", drive: "blockdev", file: "blockdev", pflash0: "blockdev",
	pflash1: "blockdev", tpmdev: "tpmdev", fsdev: "fsdev", audiodev: "audiodev", bus: "device", masterbus: "device",
	memdev: "object", "memory-backend": "object", rng: "object", iothread: "object", "password-secret": "object"
};

# The name that a property refers to, as $names has it; null: what stands there is no name.
def referred($names):
	.key as $key
	| (makers[$key] // empty) as $maker
	| if (.value | type) != "string" then null
	  else [.value, (.value | sub("\\.[0-9]+$"; ""))] | map("\($maker) \(.)") | map(select($names[.] != null))[0] end;

# Names replaced by what they stand for, in braces; a bus keeps its number.
def resolved($names):
	with_entries((referred($names) // null) as $name
		| if $name == null then . else .value |= (sub("^.*?(?<n>\\.[0-9]+)?$"; "\(.n // "")") | "{\($names[$name])}" + sub("^\\.0$"; "")) end);

# { "maker name": text } of all that has a name; later ones may refer to earlier ones.
def named:
	reduce .[] as $o ({}; . as $names
		| ($o.set.id // $o.set."node-name") as $name
		| if $name == null or $o.option == "mon" then .
		  else .["\($o.option) \($name)"] = ($o.set | del(.id)
			| if $o.option == "blockdev" then block_node else . end | resolved($names) | shown) end);

# Back ends first: a device names them wherever they stand.
def in_order: sort_by({ object: 0, blockdev: 1, chardev: 1, netdev: 2, tpmdev: 2, fsdev: 1, audiodev: 1 }[.option] // 3);

def drives($machine):
	[foreach .[] as $o ({ pflash: 0, n: 0 };
		if $o.option != "drive" then .out = [$o]
		elif $o.set."if" == "pflash" then
			($o.set.unit // (.pflash | tostring)) as $unit
			| .pflash += 1
			| .out = [{ option: "blockdev", set: ($o.set | blockdev | ."node-name" = "pflash\($unit)-drive") },
				  { option: "machine", set: { "pflash\($unit)": "pflash\($unit)-drive" } }]
		else
			.n += 1 | ($o.set.id // "drive-\(.n)") as $id
			| .out = [{ option: "blockdev", set: ($o.set | blockdev | ."node-name" = $id) }]
				+ ($o.set | own_drive($machine) | map({ option: "device", set: (. + { drive: $id }) }))
		end; .out[])];

# --- the whole --------------------------------------------------------------------------------

# The drivers of devices for which it never says a PCI address.
def unplaced_drivers:
	map(select(.option == "device") | .set) | group_by(.driver)
	| map(select(all(.[]; has("addr") | not)) | .[0].driver);

# With no place said for these drivers' devices. That several root ports stand in one slot is a matter of their places.
def without_places($drivers):
	map(if .option == "device" and (.set.driver as $driver | $drivers | index($driver))
		then .set |= (if (.bus // "" | test("^pcie?\\.0$")) or (has("bus") | not) then
				del(.addr, .bus) | if .driver == "pcie-root-port" then del(.multifunction) else . end
			else . end)
		else . end);

def parsed:
	[split("\n")[] | sub("^\\s+"; "") | select(. != "" and (startswith("#") | not)) | sub("\\s+$"; "") | one_option]
	| ([.[] | select(.option == "machine") | .set.type // empty][0] // "") as $machine
	| drives($machine);

def meaning($unplaced):
	without_places($unplaced) | in_order | default_buses
	| named as $names
	| [.[] | select(.set) | .set | to_entries[] | referred($names) // empty] as $used
	| map(select((.option | IN("device", "mon", "serial")) or .set == null
			or ((.option + " " + (.set.id // .set."node-name" // "")) as $name | $used | index($name) == null))
		| if .option == "blockdev" then .set |= block_node else . end
		| if .set then .set |= resolved($names) else . end)
	| map(if .option == "device" or .option == "object" or .option == "blockdev" or .option == "mon"
		then .set |= del(.id, ."node-name") else . end)
	| map(if .option == "machine" or .option == "accel" then .set | to_entries[] | "-machine \(.key)=\(.value)"
	  elif .option | IN("cpu", "smp", "m", "boot", "spice", "name") then
		.option as $option | .set | to_entries[] | "-\($option) \(.key)=\(.value)"
	  elif .set then "-\(.option) \(.set | shown)"
	  elif .text == "" then "-\(.option)"
	  else "-\(.option) \(.text)" end)
	| sort;

($wanted | parsed) as $wanted
| ($wanted | unplaced_drivers) as $unplaced
| { wanted: ($wanted | meaning($unplaced)), made: ($made | parsed | meaning($unplaced)) }
