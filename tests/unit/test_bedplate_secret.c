/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: bedplate/secret.c bedplate/secret_find.c bedplate/secret_conf.c lib/names.c lib/file.c lib/strbuf.c lib/err.c */
/* SOURCES: lib/schema/guest*.c lib/guest_*.c lib/schema/host.c lib/schema/host_prepare.c lib/schema/rule.c lib/schema/network.c lib/schema/network_ip.c lib/schema/network_nat.c lib/schema/network_vpn.c lib/password_hash.c lib/sha512.c lib/sha512_crypt.c lib/conf.c lib/conf_read.c lib/conf_reader.c lib/conf_type.c lib/conf_value.c lib/conf_quote.c lib/conf_dump.c lib/nearest.c lib/file_apart.c lib/pci.c lib/pci_names.c lib/value/pci_select.c lib/kernel_rule.c lib/cmdline.c lib/value/cpu_list.c lib/value/net.c lib/value/link.c lib/value/port.c lib/value/pci.c lib/value/units.c lib/log.c lib/format_text.c LIBS: inih */
/* test_bedplate_secret.c: secrets are left out of texts, and nothing else is. */
#include <stdlib.h>

#include "bedplate/secret.h"
#include "lib/schema/guest.h"
#include "lib/schema/host.h"
#include "lib/schema/network.h"
#include "tests/unit/tap.h"

static const struct {
	const char *text, *clean;
} texts[] = {
	{ "nothing to hide: 12", "nothing to hide: 12" },
	{ "password=x1 ro", "password=(left out) ro" },
	{ "a.PASSWORD = \"x y\" z", "a.PASSWORD = \"(left out)\" z" },
	{ "{\"token\": \"x\\\"y\", \"b\": 1}", "{\"token\": \"(left out)\", \"b\": 1}" },
	{ "-vnc :1,password=on,x", "-vnc :1,password=on,x" },
	{ "password-secret=sec0,x", "password-secret=sec0,x" },
	{ "secret,id=s,data=a,,b,format=raw", "secret,id=s,data=(left out),format=raw" },
	{ "data=open", "data=open" },
	{ "name=opt/a,string=x y", "name=opt/a,string=(left out) y" },
	{ "type=11,value=x", "type=11,value=(left out)" },
	{ "x $6$salt$0123456789 y", "x (left out) y" },
	{ "costs $5 or $6", "costs $5 or $6" },
	{ "nbd://me:pw@host/x", "nbd://(left out)@host/x" },
	{ "http://host/a@b", "http://host/a@b" },
	{ "PrivateKey = abc=", "PrivateKey = (left out)" },
	{ "PublicKey = abc=", "PublicKey = abc=" },
	{ "bypass=1 PasswordFile=/x", "bypass=1 PasswordFile=/x" },
	{ "value=io.systemd.credential:a=b c", "value=io.systemd.credential(left out)" },
	{ "a\n-----BEGIN PRIVATE KEY-----\nq\nr\n-----END PRIVATE KEY-----\nb",
	  "a\n-----BEGIN PRIVATE KEY-----\n(left out)\n-----END PRIVATE KEY-----\nb" },
	{ "two password=a b passwd=c d",
	  "two password=(left out) b passwd=(left out) d" },
	{ "known hunter22, hunter2", "known (left out), (left out)" },
	/* names */
	{ "pass=a ftp_pass=b ftp-pass=c ftp.pass=d dbPass=e1",
	  "pass=(left out) ftp_pass=(left out) ftp-pass=(left out) ftp.pass=(left out) "
	  "dbPass=(left out)" },
	{ "secret=a my_secret=b my.secret=c client-secret=d",
	  "secret=(left out) my_secret=(left out) my.secret=(left out) "
	  "client-secret=(left out)" },
	{ "aws_secret_access_key=a secret_key=b AccessKey=c x.secret-key=d",
	  "aws_secret_access_key=(left out) secret_key=(left out) AccessKey=(left out) "
	  "x.secret-key=(left out)" },
	{ "psk=a wpa_psk=b auth-token=c credential=d my.credentials=e password2=f",
	  "psk=(left out) wpa_psk=(left out) auth-token=(left out) "
	  "credential=(left out) my.credentials=(left out) password2=(left out)" },
	{ "key-secret=k0 new-secret=k1 bypass=3 accessible=4 tokens=5",
	  "key-secret=k0 new-secret=k1 bypass=3 accessible=4 tokens=5" },
	{ "login[password]=x", "login[password]=(left out)" },
	{ "password => 'x y'", "password => '(left out)'" },
	/* headers */
	{ "> Authorization: Basic YTpi x", "> Authorization: (left out)" },
	{ "Proxy-Authorization: Bearer a b\nc", "Proxy-Authorization: (left out)\nc" },
	{ "curl -H \"Authorization: Bearer a\" -v",
	  "curl -H \"Authorization: (left out)\" -v" },
	{ "{\"authorization\": \"Bearer a\", \"b\": 1}",
	  "{\"authorization\": \"(left out)\", \"b\": 1}" },
	/* where values end */
	{ "password=a&b;c d", "password=(left out) d" },
	{ "password=a'b c'd\"e f\" g", "password=(left out) g" },
	{ "password='a'\\''b c' d", "password='(left out) d" },
	{ "-append \"ro password=a\" x", "-append \"ro password=(left out)\" x" },
	{ "{\"a\": \"\\\"token\\\": \\\"x\\\"\"}",
	  "{\"a\": \"\\\"token\\\": \\\"(left out)\"}" },
	{ "password=(left out) b", "password=(left out) b" },
	{ "password=\"(left out)\"", "password=\"(left out)\"" },
	/* URLs */
	{ "nbd://me:p@w@host/x", "nbd://(left out)@host/x" },
	{ "nbd://me:p/w@host/x y", "nbd://(left out)@host/x y" },
	{ "nbd://me:p'w@host/x y", "nbd://(left out)@host/x y" },
	{ "http://host:80/a@b", "http://host:80/a@b" },
	{ "http://[fe80::1]:80/a@b", "http://[fe80::1]:80/a@b" },
	{ "netroot=iscsi:me:p@w@10.0.0.1::::iqn ro",
	  "netroot=iscsi:(left out)@10.0.0.1::::iqn ro" },
	{ "root=iscsi:10.0.0.1::::iqn a@b", "root=iscsi:10.0.0.1::::iqn a@b" },
	{ "iscsi://me%pw@host/iqn/0", "iscsi://(left out)@host/iqn/0" },
	/* keys */
	{ "x -----BEGIN RSA PRIVATE KEY-----\\nq\\n-----END RSA PRIVATE KEY-----\\n y",
	  "x -----BEGIN RSA PRIVATE KEY-----(left out)-----END RSA PRIVATE KEY-----\\n y" },
	{ "\"private_key\": \"-----BEGIN PRIVATE KEY-----\\nq\\n-----END PRIVATE KEY-----\\n\", 1",
	  "\"private_key\": \"(left out)\", 1" },
	{ "q\nr\n-----END PRIVATE KEY-----\ny",
	  "(left out)\n-----END PRIVATE KEY-----\ny" },
	{ "a\n-----BEGIN PRIVATE KEY-----\nq\nr",
	  "a\n-----BEGIN PRIVATE KEY-----\n(left out)" },
	{ "a\n-----BEGIN CERTIFICATE-----\nq\n-----END CERTIFICATE-----\nb",
	  "a\n-----BEGIN CERTIFICATE-----\nq\n-----END CERTIFICATE-----\nb" },
	/* the end of a text that was cut */
	{ "known hunte", "known (left out)" },
	{ "known hunte\nx", "known hunte\nx" },
};

static void test_texts(void)
{
	char *items[] = { (char *)"hunter2", (char *)"hunter22", (char *)"of" };
	const struct names known = { .items = items, .count = 3 };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		_cleanup_strbuf_ struct strbuf out;

		strbuf_init(&out, 0);
		secret_write(texts[i].text, &known, &out);
		is_str(out.text, texts[i].clean, "text %zu", i);
	}
}

static const struct {
	const struct conf_schema *schema;
	const char *text, *clean;
} files[] = {
	{ &host_schema, "[Boot]\nPassword=$6$x\n# Password = y\n[Image]\nMode=host\n",
	  "[Boot]\nPassword=(left out)\n# Password =(left out)\n[Image]\nMode=host\n" },
	{ &host_schema, "[Image]\nPassword=x\n[Nothing]\nMode=y",
	  "[Image]\nPassword=(left out)\n[Nothing]\nMode=(left out)" },
	{ &host_schema,
	  "[Boot]\nPassword=a\\\nb\\\nc\nOnce=", "[Boot]\nPassword=(left out)\nOnce=" },
	{ &guest_schema, "[Qemu]\nArgs=-a secret,data=x \\\n -b y\nSandbox=no\n",
	  "[Qemu]\nArgs=-a secret,data=(left out)\nSandbox=no\n" },
	{ &guest_schema, "[Display]\nPasswordFile=/etc/pw\n",
	  "[Display]\nPasswordFile=/etc/pw\n" },
	{ &guest_schema, "[Qemu]\nArgs=-device x\nEnvironment=A=b\n",
	  "[Qemu]\nArgs=-device x\nEnvironment=(left out)\n" },
	/* lines as lib/conf_reader.c joins them */
	{ &host_schema, "[Boot]\nPassword=a\\\n# comment\nb\nShellTimeout=\n",
	  "[Boot]\nPassword=(left out)\nShellTimeout=\n" },
	{ &host_schema, "[Boot]\nPassword=a\\\\\nShellTimeout=\n",
	  "[Boot]\nPassword=(left out)\nShellTimeout=\n" },
	{ &host_schema, "[Boot]\r\nPassword=a\\\r\nb\r\nShellTimeout=\r\n",
	  "[Boot]\r\nPassword=(left out)\nShellTimeout=\r\n" },
	{ &host_schema, "[Boot]\nPassword\\\n=a\nShellTimeout=\n",
	  "[Boot]\nPassword =(left out)\nShellTimeout=\n" },
	{ &host_schema, "[Boot]\n# note \\\nShellTimeout=x\n",
	  "[Boot]\n# note \\\nShellTimeout=x\n" },
	{ &host_schema, "[Boot]\n#Password=a\\\n#b\n#ShellTimeout=\n",
	  "[Boot]\n#Password=(left out)\n# (left out)\n#ShellTimeout=\n" },
	{ &host_schema, "[Boot]\nShellTimeout=a \\\n#Password=b\n c\n",
	  "[Boot]\nShellTimeout=a \\\n#Password=(left out)\n c\n" },
	{ &host_schema, "\xef\xbb\xbf[Boot]\nShellTimeout=x\n",
	  "[Boot]\nShellTimeout=x\n" },
	/* what has no place in such a file */
	{ &host_schema, "[Boot]\nabc\n\n \n# note\nShellTimeout=x\n",
	  "[Boot]\n(left out)\n\n \n# note\nShellTimeout=x\n" },
	{ &host_schema, "[Boot] abc\nShellTimeout=x\n[Boot\n[Boot] \nShellTimeout=x\n",
	  "(left out)\nShellTimeout=(left out)\n(left out)\n[Boot] \nShellTimeout=x\n" },
	{ &network_schema, "[Peer]\nPublicKey=abc=\nPresharedKeyFile=/p\n",
	  "[Peer]\nPublicKey=abc=\nPresharedKeyFile=/p\n" },
};

static void test_files(void)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		_cleanup_strbuf_ struct strbuf out;

		strbuf_init(&out, 0);
		is_int(secret_write_conf(files[i].text, files[i].schema, NULL, NULL,
					 &out),
		       0, "a file is read");
		is_str(out.text, files[i].clean, "file %zu", i);
	}
}

static void test_known(void)
{
	_cleanup_names_ struct names known = NAMES_INIT, paths = NAMES_INIT;
	_cleanup_strbuf_ struct strbuf out;

	strbuf_init(&out, 0);
	secret_write_conf(
		"[Qemu]\nEnvironment=\"TOKEN=abcdefgh\" B=c\nArgs=-x password=pqrst z\n"
		"[Display]\nPasswordFile=\"/etc/pw\"\n",
		&guest_schema, &known, &paths, &out);
	ok(names_have(&known, "TOKEN=abcdefgh"), "a word of a value is known");
	ok(names_have(&known, "pqrst"), "so is what stood behind password=");
	is_int(paths.count, 1, "a file that a key names");
	is_str(paths.items[0], "/etc/pw", "without its quotes");
}

/* A row that names nothing would guard nothing. */
static void test_table(void)
{
	const struct conf_schema *const schemas[] = { &host_schema, &guest_schema,
						      &network_schema };

	for (const struct secret_key *row = secret_keys; row->schema; row++) {
		bool found = false;

		for (size_t i = 0; i < 3; i++)
			for (size_t j = 0; j < schemas[i]->section_count; j++)
				for (size_t k = 0; k < schemas[i]->sections[j].key_count;
				     k++)
					found |= !strcmp(schemas[i]->name, row->schema) &&
						 !strcmp(schemas[i]->sections[j].name,
							 row->section) &&
						 !strcmp(schemas[i]
								 ->sections[j]
								 .keys[k]
								 .name,
							 row->key);
		ok(found, "%s: [%s] %s= is there", row->schema, row->section, row->key);
	}
}

int main(void)
{
	test_texts();
	test_files();
	test_known();
	test_table();
	return done_testing();
}
