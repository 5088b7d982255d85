#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2154 # for the shells in there; lib.bash and namespace set them
# Networks from their files to guests' packets: the real nft and dnsmasq, guests in namespaces of
# their own.

bats_require_minimum_version 1.5.0
load lib
load guests

setup() {
	net_setup
	program=$(dirname "$netstate")/../../host-prep/bedplate-host-prep
	# /etc of the host's own; /run and /var/lib, too.
	etc=$BATS_TEST_TMPDIR/etc
	mkdir -p "$etc/bedplate/network" "$etc/bedplate/guests"
	cp /etc/passwd /etc/group "$etc"
	on_host sh -e -c 'mount --bind "$1" /etc; mount -t tmpfs tmpfs /run; mount -t tmpfs tmpfs /var/lib' - "$etc"
}

teardown() {
	guests_teardown
	prep down network >/dev/null 2>&1 || true
	net_teardown
}

# network NAME: its file, from the standard input.
network() {
	cat >"$etc/bedplate/network/$1.conf"
}

prep() {
	on_host "$program" "$@"
}

lan() {
	network lan <<-'END'
		[Address]
		Address=10.10.20.1/24
		[Tap]
		Name=tap-web
		Mac=52:54:00:00:00:01
		[Tap]
		Name=tap-db
		Mac=52:54:00:00:00:02
		[Lease]
		Mac=52:54:00:00:00:01
		Address=10.10.20.5
		Name=web
		[Lease]
		Mac=52:54:00:00:00:02
		Address=10.10.20.6
		Name=db
	END
	cat >>"$etc/bedplate/network/lan.conf"
}

@test "guests of a nat network get an address, resolve names, get out, and are reached by forwards only" {
	lan <<-'END'
		[Forward]
		Listen=tcp 2222
		To=web:22
		[Forward]
		Listen=tcp 8000-8002
		To=web:9000
		From=10.9.0.9
	END
	prep up network
	guest web br-lan 52:54:00:00:00:01
	guest db br-lan 52:54:00:00:00:02
	[[ $(dhcp web) == "10.10.20.5 router=10.10.20.1 dns=10.10.20.1 domain=lan" ]]
	[[ $(dhcp db) == "10.10.20.6 "* ]]
	on web busybox nslookup db.lan 10.10.20.1 | grep 10.10.20.6
	on_far ip route add 10.10.20.0/24 via 10.9.0.2
	on_far ip address add 10.9.0.9/24 dev far0
	serve web 22
	serve web 9001
	serve far 80
	reaches web 10.9.0.1
	[[ $(get web 10.9.0.1 80) == far:80 ]]
	# the answer came to the host's address: far could not have sent it to a guest's
	run ! reaches far 10.10.20.5
	[[ $(get far 10.10.20.5 22) == "" ]]
	[[ $(get far 10.9.0.2 2222) == web:22 ]]
	[[ $(get db 10.9.0.2 2222) == web:22 ]]
	[[ $(get host 10.9.0.2 2222) == web:22 ]]
	[[ $(get far 10.9.0.2 8001) == "" ]]
	on_far ip route add 10.9.0.2 dev far0 src 10.9.0.9
	[[ $(get far 10.9.0.2 8001) == web:9001 ]]
}

@test "a forward of DNS to a guest takes guests' own servers from nobody" {
	lan <<-'END'
		[Forward]
		Listen=tcp,udp 53
		To=web
	END
	prep up network
	guest web br-lan 52:54:00:00:00:01
	guest db br-lan 52:54:00:00:00:02
	dhcp web
	dhcp db
	serve web 53
	on db busybox nslookup db.lan 10.10.20.1 | grep 10.10.20.6
	on_host busybox nslookup db.lan 10.10.20.1 | grep 10.10.20.6
	[[ $(get far 10.9.0.2 53) == web:53 ]]
	[[ $(get db 10.9.0.2 53) == web:53 ]]
}

@test "guests get IPv6 addresses by router advertisements, and out with them" {
	network lan <<-'END'
		[Address]
		Address=10.10.20.1/24
		[Address]
		Address=fd00:20::1/64
	END
	prep up network
	guest web br-lan
	await on web sh -c 'ip -6 address show dev eth0 scope global | grep "fd00:20::.*dynamic" | grep -v tentative'
	await on web sh -c 'ip -6 route show default | grep "via fe80::"'
	await on web busybox ping -6 -c 1 -W 2 fd00:20::1
	on web busybox ping -6 -c 1 -W 2 fd09::1
	# by the host's address: far has no way back to a unique local one
	on_far ip -6 route add fd00:20::/64 via fd09::2
	address=$(on web ip -json -6 address show dev eth0 scope global | jq -r '.[0].addr_info[0].local')
	run ! on_far busybox ping -6 -c 1 -W 2 "$address"
}

@test "the second up does nothing, and down leaves no trace" {
	before=$(snapshot)
	lan </dev/null
	prep up network
	[[ $(prep up network) == "" ]]
	[[ $(prep status network) == "all is as configured" ]]
	prep down network
	diff <(echo "$before") <(snapshot)
	[[ $(on_host nft list ruleset) == "" ]]
	run ! on_host test -e /run/bedplate/dnsmasq
	run ! on_host test -e /run/bedplate/host-prep.json
}

@test "what somebody changed is told, and put right" {
	lan </dev/null
	prep up network
	on_host nft flush chain inet bedplate forward
	# the keeper first: it would start its dnsmasq again
	server=$(on_host cat /run/bedplate/dnsmasq/lan.pid)
	kill -9 "$(keepers)" "$server"
	await is_gone "$server"
	on_host ip address delete 10.10.20.1/24 dev br-lan
	run prep status network
	echo "$output"
	[[ $output == *"rules that somebody else changed"* ]]
	[[ $output == *"dnsmasq of network lan: not running"* ]]
	[[ $output == *"+ address 10.10.20.1/24 on br-lan"* ]]
	prep up network
	[[ $(prep status network) == "all is as configured" ]]
}

@test "guests do not reach the host's services, other networks or one another where they shall not" {
	lan <<-'END'
		[Firewall]
		Host=services
		Allow=tcp:7000
		Isolate=yes
	END
	network own <<-'END'
		[Network]
		Mode=isolated
	END
	network office <<-'END'
		[Network]
		Mode=host-only
		[Address]
		Address=10.10.30.1/24
	END
	prep up network
	guest web br-lan 52:54:00:00:00:01
	guest db br-lan 52:54:00:00:00:02
	guest desk br-office
	guest lone br-own
	# Veths in the place of taps: what the tap's port has is its own.
	on_host bridge link set dev tap-web isolated on
	on_host bridge link set dev tap-db isolated on
	dhcp web
	dhcp db
	desk_lease=$(dhcp desk)
	[[ $desk_lease == *"router= "* ]]
	on desk ip route add default via 10.10.30.1
	on lone ip address add 10.10.20.77/24 dev eth0
	serve host 7000
	serve host 7001
	[[ $(get web 10.10.20.1 7000) == host:7000 ]]
	[[ $(get web 10.10.20.1 7001) == "" ]]
	[[ $(get web 10.9.0.2 7001) == "" ]]
	reaches web 10.9.0.1
	run ! reaches web 10.10.20.6
	run ! reaches web "${desk_lease%% *}"
	run ! reaches desk 10.9.0.1
	run ! reaches desk 10.10.20.5
	reaches desk 10.10.30.1
	[[ $(get desk 10.10.30.1 7001) == host:7001 ]]
	run ! reaches lone 10.10.20.1
}

@test "a guest sends from its own addresses only" {
	lan <<-'END'
		[Firewall]
		AntiSpoof=yes
	END
	prep up network
	guest db br-lan 52:54:00:00:00:02
	dhcp db
	reaches db 10.10.20.1
	on db ip address add 10.10.20.5/24 dev eth0
	run ! on db busybox ping -c 1 -W 2 -I 10.10.20.5 10.10.20.1
	on db ip link set eth0 address 52:54:00:00:00:99
	run ! reaches db 10.10.20.1
	on db ip link set eth0 address 52:54:00:00:00:02
	reaches db 10.10.20.1
}

@test "a firewall that nft refuses leaves everything as it was" {
	before=$(snapshot)
	lan </dev/null
	mkdir "$BATS_TEST_TMPDIR/bin"
	# the real one, after a word that it does not know
	printf '#!/bin/sh\n(echo nonsense; cat) | %s "$@"\n' "$(command -v nft)" >"$BATS_TEST_TMPDIR/bin/nft"
	chmod +x "$BATS_TEST_TMPDIR/bin/nft"
	run on_host env "PATH=$BATS_TEST_TMPDIR/bin:$PATH" "$program" up network
	echo "$output"
	[[ $status == 1 && $output == *"nft: Error: "* ]]
	diff <(echo "$before") <(snapshot)
	[[ $(on_host nft list ruleset) == "" ]]
}

@test "a server that cannot start undoes what was done before it" {
	before=$(snapshot)
	lan </dev/null
	# somebody's on all addresses
	on_host dnsmasq --conf-file=/dev/null --pid-file="$BATS_TEST_TMPDIR/other.server" --port=53 --user=root
	run prep up network
	echo "$output"
	[[ $status == 1 && $output == *"ddress already in use"* && $output == *bind-interfaces* ]]
	diff <(echo "$before") <(snapshot)
	[[ $(on_host nft list ruleset) == "" ]]
}

vpn() {
	network vpn <<-'END'
		[Address]
		Address=10.10.20.1/24
		[WireGuard]
		Address=10.10.99.1/24
		Endpoint=vpn.example.org
	END
	chmod 640 "$etc/bedplate/network/vpn.conf"
}

@test "a new peer gets its configuration, and the network's file what is public of it" {
	vpn
	client=$(prep peer add phone 2>"$BATS_TEST_TMPDIR/said")
	file=$(<"$etc/bedplate/network/vpn.conf")
	key=$(<"$etc/bedplate/wireguard/vpn.key")
	[[ $(stat -c %a "$etc/bedplate/wireguard/vpn.key" "$etc/bedplate/network/vpn.conf") == $'600\n640' ]]
	[[ $client == *"PublicKey = $(wg pubkey <<<"$key")"* ]]
	[[ $client == *"Address = 10.10.99.2/32"*"Endpoint = vpn.example.org:51820"*"AllowedIPs = 10.10.99.0/24, 10.10.20.0/24"* ]]
	private=$(sed -n 's/^PrivateKey = //p' <<<"$client")
	[[ $file == *"[Peer]"*"Name=phone"*"PublicKey=$(wg pubkey <<<"$private")"*"AllowedIPs=10.10.99.2" ]]
	# nobody sees the private keys but the peer its own
	run ! grep -rF -e "$private" "$etc" "$BATS_TEST_TMPDIR/said"
	[[ $client != *"$key"* ]]
	run ! grep -F "$key" "$BATS_TEST_TMPDIR/said"
	run prep peer add phone
	echo "$output"
	[[ $status == 2 && $output == *"there is a peer phone already (network/vpn.conf:"* ]]
	[[ $(<"$etc/bedplate/network/vpn.conf") == "$file" ]]
	[[ $(prep peer add tablet 2>/dev/null) == *"Address = 10.10.99.3/32"* ]]
	prep plan network | grep "WireGuard keys of wg-vpn: 2 peers"
}

@test "a peer's configuration is a QR code on a terminal" {
	vpn
	on_host script -qec "$program peer add phone" /dev/null </dev/null | grep '█▀▀▀▀▀█\|▄▄▄▄▄▄▄'
}

@test "which VPN a peer gets into is asked where there are several" {
	run prep peer add phone
	[[ $status == 2 && $output == *"no network has a VPN"* ]]
	vpn
	sed 's/10.10.20/10.10.30/; s/10.10.99/10.10.98/; s/^Endpoint.*/ListenPort=5000/' "$etc/bedplate/network/vpn.conf" |
		network office
	run prep peer add phone
	[[ $status == 2 && $output == *"several networks with a VPN"* && $output == *--network=* ]]
	run prep peer add phone --network=vnp
	[[ $status == 2 && $output == *"did you mean vpn?"* ]]
	prep peer add phone --network=vpn
	# it does not say how it is reached: nothing is changed
	before=$(<"$etc/bedplate/network/office.conf")
	run prep peer add phone --network=office
	[[ $status == 2 && $output == *"Endpoint="* ]]
	[[ $(<"$etc/bedplate/network/office.conf") == "$before" ]]
}

# What wg is told, kept by link, where the kernel has no WireGuard: $1 is run in front of syncconf.
wg_script() {
	mkdir -p "$BATS_TEST_TMPDIR/bin" "$BATS_TEST_TMPDIR/wg"
	cat >"$BATS_TEST_TMPDIR/bin/wg" <<-END
		#!/bin/sh
		case \$1 in
		showconf) exec cat "$BATS_TEST_TMPDIR/wg/\$2" ;;
		syncconf) $1; exec cat >"$BATS_TEST_TMPDIR/wg/\$2" ;;
		*) exec $(command -v wg) "\$@" ;;
		esac
	END
	chmod +x "$BATS_TEST_TMPDIR/bin/wg"
}
# A link of ours in the place of a WireGuard one.
wg_link() {
	on_host ip link add wg-vpn type bridge
	on_host ip link set wg-vpn alias bedplate:network/vpn.conf
}
with_bin() {
	on_host env "PATH=$BATS_TEST_TMPDIR/bin:$PATH" "$program" "$@"
}

@test "an up that was killed before a VPN had its peers is taken up by the next one" {
	vpn
	wg_link
	wg_script 'kill -9 $PPID; exit'
	run with_bin up vpn
	[[ $status == 137 ]]
	wg_script :
	with_bin up vpn
	grep PrivateKey "$BATS_TEST_TMPDIR/wg/wg-vpn"
	[[ -z $(with_bin up vpn) ]]
}

@test "what somebody changed by wg is told, and put right" {
	vpn
	wg_link
	wg_script :
	with_bin up vpn
	prep peer add phone >/dev/null
	with_bin up vpn
	before=$(<"$BATS_TEST_TMPDIR/wg/wg-vpn")
	[[ -z $(with_bin up vpn) ]]
	sed -i 's,10.10.99.2/32,10.10.99.0/24,' "$BATS_TEST_TMPDIR/wg/wg-vpn"
	run with_bin status vpn
	[[ $output == *"WireGuard keys of wg-vpn: other allowed addresses of the peer phone -> 1 peers"* ]]
	with_bin up vpn
	[[ $(<"$BATS_TEST_TMPDIR/wg/wg-vpn") == "$before" && -z $(with_bin up vpn) ]]
	sed -i '/\[Peer\]/,$d' "$BATS_TEST_TMPDIR/wg/wg-vpn"
	[[ $(with_bin status vpn) == *"does not know the peer phone"* ]]
	key=$(wg genkey)
	sed -i "s,^PrivateKey.*,PrivateKey = $key," "$BATS_TEST_TMPDIR/wg/wg-vpn"
	run with_bin status vpn
	[[ $output == *"another private key"* && $output != *"$key"* ]]
	[[ $output != *"$(<"$etc/bedplate/wireguard/vpn.key")"* ]]
	with_bin up vpn
	[[ $(<"$BATS_TEST_TMPDIR/wg/wg-vpn") == "$before" ]]
}

@test "a peer that was let in goes again where a later step fails" {
	vpn
	wg_link
	wg_script :
	with_bin up vpn
	before=$(<"$BATS_TEST_TMPDIR/wg/wg-vpn")
	prep peer add phone
	printf '[Bridge]\nHelper=yes\n' >>"$etc/bedplate/network/vpn.conf"
	# there cannot be a list of bridges
	: >"$etc/qemu"
	run with_bin up vpn bridge-helper
	echo "$output"
	[[ $status == 1 && $output == *"WireGuard keys of wg-vpn"* ]]
	[[ $(<"$BATS_TEST_TMPDIR/wg/wg-vpn") == "$before" ]]
	rm "$etc/qemu"
	with_bin up vpn bridge-helper
	[[ $(<"$BATS_TEST_TMPDIR/wg/wg-vpn") == *"[Peer]"* ]]
}

# by_dhcp NAME: a public network over eth0 whose address comes by DHCP, and a server beyond eth0 that gives it one.
by_dhcp() {
	network "$1" <<-'END'
		[Network]
		Mode=public
		[Bridge]
		Ports=eth0
		[Address]
		Dhcp=ipv4
	END
	on_far dnsmasq --conf-file=/dev/null --interface=far0 --bind-interfaces --port=0 --user=root \
		--dhcp-range=10.9.0.100,10.9.0.150,1h --dhcp-leasefile="$BATS_TEST_TMPDIR/leases" \
		--pid-file="$BATS_TEST_TMPDIR/far.server"
}

@test "a public network's address comes by DHCP, through the system's client" {
	command -v dhclient || skip "no dhclient here"
	before=$(snapshot)
	by_dhcp office
	# as long as nobody has confirmed it, the client goes, too
	prep up --confirm 1 network
	await on_host sh -c '! test -e /run/bedplate/host-prep.saved.json'
	await client_is_gone
	diff <(echo "$before") <(snapshot)
	prep up network
	await on_host sh -c 'ip -4 address show dev br-office | grep "10\.9\.0\.1[0-5][0-9]/24.*dynamic"'
	[[ $(prep status network) == "all is as configured" ]]
	[[ $(prep up network) == "" ]]
	kill "$(on_host cat /run/bedplate/dhcp-client/br-office-4.pid)"
	await client_is_gone
	[[ $(prep status network) == "~ DHCP client on br-office: not running -> dhclient, ipv4 "* ]]
	prep up network
	[[ $(prep status network) == "all is as configured" ]]
	prep down network
	client_is_gone
	diff <(echo "$before") <(snapshot)
}

@test "where a bridge with a DHCP client was taken away, the new one gets its address, too" {
	command -v dhclient || skip "no dhclient here"
	by_dhcp branch
	prep up network
	leased() {
		on_host sh -c 'ip -4 address show dev br-branch | grep "10\.9\.0\.1[0-5][0-9]/24.*dynamic"'
	}
	await leased
	on_host ip link delete br-branch
	[[ $(prep status network) == *"DHCP client on br-branch: on an interface that is gone"* ]]
	prep up network
	await leased
	[[ $(prep status network) == "all is as configured" ]]
	prep down network
	client_is_gone br-branch
}

client_is_gone() {
	! pgrep -f "/run/bedplate/dhcp-client/${1:-br-office}"
}

@test "a firewall of others that refuses guests is told, and opened where that is asked for" {
	command -v iptables-nft || skip "no iptables-nft here"
	on_host sh -e -c '
		iptables-nft -P FORWARD DROP
		iptables-nft -P INPUT DROP
		iptables-nft -A INPUT -i eth0 -p udp --dport 53 -j ACCEPT
	'
	# a name as long as the kernel takes
	long=$(printf 'x%.0s' {1..250})
	on_host nft "add table ip $long; add chain ip $long $long { type filter hook input priority 0; policy drop; }"
	others=$(on_host iptables-nft -S)
	network lan <<<$'[Address]\nAddress=10.10.20.1/24\n[Lease]\nMac=52:54:00:00:00:01\nName=web'
	plan=$(prep plan network)
	[[ $plan == *"network/lan.conf: the chain ip filter FORWARD refuses what it does not know"* ]]
	[[ $plan == *"ip filter INPUT refuses"*"what guests ask of the host"*"Coexist=yes"* ]]
	prep up network
	[[ $(on_host iptables-nft -S) == "$others" ]]
	guest web br-lan 52:54:00:00:00:01
	on web ip address add 10.10.20.5/24 dev eth0
	on web ip route add default via 10.10.20.1
	run ! reaches web 10.9.0.1
	run ! on web timeout 3 busybox nslookup web.lan 10.10.20.1
	on web ip address flush dev eth0

	printf '[Firewall]\nCoexist=yes\n' >>"$etc/bedplate/network/lan.conf"
	prep up network
	dhcp web
	reaches web 10.9.0.1
	on web busybox nslookup web.lan 10.10.20.1
	again=$(prep up network)
	echo "again: $again"
	[[ -z $again ]]
	# iptables understands what stands there, and goes on with its own
	on_host iptables-nft -S | grep -e '-A INPUT -i br-lan -p udp -m udp --dport 67 -m comment --comment bedplate -j ACCEPT'
	on_host iptables-nft -D FORWARD 1
	[[ $(prep status network) == *"~ rules in others' firewalls: 7 rules -> 8 rules"* ]]
	prep up network
	reaches web 10.9.0.1
	# what somebody puts in front of ours decides first
	on_host iptables-nft -A FORWARD -i eth0 -j ACCEPT
	[[ $(prep status network) == "all is as configured" ]]
	on_host iptables-nft -I FORWARD -s 10.10.20.0/24 -j DROP
	run ! reaches web 10.9.0.1
	[[ $(prep status network) == *"1 rule of others stands before bedplate's in the chain ip filter FORWARD and decides first"* ]]
	prep up network
	run ! reaches web 10.9.0.1
	on_host iptables-nft -D FORWARD 1
	on_host iptables-nft -D FORWARD -i eth0 -j ACCEPT
	[[ $(prep status network) == "all is as configured" ]]
	reaches web 10.9.0.1
	# a down that is killed before it has taken them out
	mkdir "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\nkill -9 "$PPID"\n' >"$BATS_TEST_TMPDIR/bin/nft"
	chmod +x "$BATS_TEST_TMPDIR/bin/nft"
	run on_host env "PATH=$BATS_TEST_TMPDIR/bin:$PATH" "$program" down network
	[[ $status == 137 && $(on_host iptables-nft -S) != "$others" ]]
	prep down network
	[[ $(on_host iptables-nft -S) == "$others" ]]
	run ! on_host test -e /run/bedplate/host-prep.json
}

@test "frames inside of a bridge that others' chains refuse are told once, and not without need" {
	command -v iptables-nft || skip "no iptables-nft here"
	switch=/proc/sys/net/bridge/bridge-nf-call-iptables
	on_host test -e "$switch" || skip "no br_netfilter here"
	on_host sh -c "echo 1 >$switch; echo 0 >${switch/iptables/ip6tables}"
	for name in own other; do
		network "$name" <<<$'[Network]\nMode=isolated'
	done
	[[ $(prep plan network) != *br_netfilter* ]]
	# another chain than that of what is forwarded, and IPv6's
	on_host iptables-nft -P INPUT DROP
	on_host ip6tables-nft -P FORWARD DROP
	[[ $(prep plan network) != *br_netfilter* ]]
	on_host iptables-nft -P FORWARD DROP
	note=$(prep up network | grep br_netfilter)
	echo "$note"
	[[ $note == *"(br-other, br-own)"*"ip filter FORWARD refuses"*"bridge-nf-call-iptables=0"*"Coexist=yes"* ]]
	[[ $(wc -l <<<"$note") == 1 ]]
	guest one br-own
	guest two br-own
	on one ip address add 10.1.0.1/24 dev eth0
	on two ip address add 10.1.0.2/24 dev eth0
	run ! reaches one 10.1.0.2
	# what [Sysctl] turns off is not told even before it has
	echo $'[Sysctl]\nSet=net.bridge.bridge-nf-call-iptables=0' >"$etc/bedplate/host.conf"
	[[ $(prep plan network) != *br_netfilter* ]]
	prep up sysctl
	reaches one 10.1.0.2
	rm "$etc/bedplate/host.conf"
	[[ $(prep status network) == "all is as configured" ]]
	on_host sh -c "echo 1 >$switch"
	run ! reaches one 10.1.0.2
	network own <<<$'[Network]\nMode=isolated\n[Firewall]\nCoexist=yes'
	[[ $(prep up network) == *"br_netfilter"*"(br-other)"* ]]
	reaches one 10.1.0.2
	# iptables-legacy takes no rules of ours
	on_host iptables-nft -P FORWARD ACCEPT
	command -v iptables-legacy || skip "no iptables-legacy here"
	on_host iptables-legacy -P FORWARD DROP || skip "no iptables-legacy in this kernel"
	[[ $(prep plan network) == *"br_netfilter"*"(br-other, br-own)"*"iptables-legacy's FORWARD refuses"* ]]
}

@test "name servers are handed to who keeps them" {
	lan </dev/null
	sed -i '2a Dns=10.10.20.53 fd00::53' "$etc/bedplate/network/lan.conf"
	# who keeps them, told by what it is told
	mkdir "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\n{ echo "$@"; cat; } >>"%s/told"\n' "$BATS_TEST_TMPDIR" >"$BATS_TEST_TMPDIR/bin/resolvconf"
	chmod +x "$BATS_TEST_TMPDIR/bin/resolvconf"
	[[ $(prep up network) == *"neither systemd-resolved nor resolvconf is here"* ]]
	on_host sh -e -c 'mount -t overlay overlay -o "lowerdir=$1:/usr/sbin" /usr/sbin' - "$BATS_TEST_TMPDIR/bin"
	prep up network
	[[ $(<"$BATS_TEST_TMPDIR/told") == $'-a br-lan.bedplate\nnameserver 10.10.20.53\nnameserver fd00::53' ]]
	[[ $(prep up network) == "" ]]
	prep down network
	[[ $(tail -n 1 "$BATS_TEST_TMPDIR/told") == "-d br-lan.bedplate" ]]
}

@test "a mistake in a file changes nothing" {
	before=$(snapshot)
	lan <<<'[Forward]'
	run prep up network
	echo "$output"
	[[ $status != 0 && $output == *"network/lan.conf:17: "*"host's ports are missing"* ]]
	diff <(echo "$before") <(snapshot)
}
