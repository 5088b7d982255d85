/* SPDX-License-Identifier: GPL-2.0-or-later */
/* spec.c: parsing of root= and resume=. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/sysmacros.h>

#include "init/spec.h"
#include "lib/cleanup.h"

/* Longest first where one name starts with another. */
static const struct spec_form {
	const char *prefix;
	enum spec_kind kind;
	bool escaped; /* a name that udev has made: \x20 is a blank */
} forms[] = {
	{ "UUID=", SPEC_UUID, false },
	{ "LABEL=", SPEC_LABEL, false },
	{ "PARTUUID=", SPEC_PARTUUID, false },
	{ "PARTLABEL=", SPEC_PARTLABEL, false },
	{ "/dev/disk/by-uuid/", SPEC_UUID, true },
	{ "/dev/disk/by-label/", SPEC_LABEL, true },
	{ "/dev/disk/by-partuuid/", SPEC_PARTUUID, true },
	{ "/dev/disk/by-partlabel/", SPEC_PARTLABEL, true },
	{ "/dev/mapper/", SPEC_MAPPER, false },
	{ "/dev/block/", SPEC_DEVNO, false },
	{ "/dev/", SPEC_NODE, false },
};

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* libblkid's blkid_encode_string() turns what may not stand in a link's name to \xHH. */
static void spec_unescape(char *value)
{
	char *out = value;

	for (; *value; value++) {
		int high = value[0] == '\\' && value[1] == 'x' ? hex_value(value[2]) : -1;
		int low = high < 0 ? -1 : hex_value(value[3]);

		if (low < 0 || high + low == 0) {
			*out++ = *value;
			continue;
		}
		*out++ = (char)(high << 4 | low);
		value += 3;
	}
	*out = '\0';
}

bool spec_parse_mapper_name(const char *name, char group[SPEC_NAME_MAX],
			    char volume[SPEC_NAME_MAX])
{
	char *out = group;
	size_t used = 0;

	for (const char *c = name; *c; c++) {
		if (*c == '-' && c[1] == '-') {
			c++;
		} else if (*c == '-') {
			/* A second single '-' is the suffix of a hidden layer
			 * ("vg-lv-real"). */
			if (out == volume || !used)
				return false;
			out[used] = '\0';
			out = volume;
			used = 0;
			continue;
		}
		if (used + 1 >= SPEC_NAME_MAX)
			return false;
		out[used++] = *c;
	}
	out[used] = '\0';
	return out == volume && used;
}

bool spec_is_group_uuid(const char *group, char id[SPEC_LVM_ID_SIZE])
{
	static const char form[] = "xxxxxx-xxxx-xxxx-xxxx-xxxx-xxxx-xxxxxx";
	size_t used = 0;

	if (strlen(group) != sizeof(form) - 1)
		return false;
	for (size_t i = 0; group[i]; i++) {
		if (form[i] == '-' ? group[i] != '-' : !isalnum((unsigned char)group[i]))
			return false;
		if (form[i] != '-')
			id[used++] = group[i];
	}
	id[used] = '\0';
	return true;
}

static int spec_set_volume(struct spec *spec, const char *group, size_t length,
			   const char *volume, struct err *err)
{
	if (length >= SPEC_NAME_MAX || strlen(volume) >= SPEC_NAME_MAX)
		return err_set(err, ENAMETOOLONG,
			       "%s: LVM names have at most 127 characters", spec->text);
	memcpy(spec->group, group, length);
	spec->group[length] = '\0';
	strcpy(spec->volume, volume);
	snprintf(spec->value, sizeof(spec->value), "%s/%s", spec->group, spec->volume);
	spec->kind = SPEC_VOLUME;
	return 0;
}

/* "sda1", or "GROUP/VOLUME". Drivers that name their disks with a slash (cciss/c0d0p1)
 * look the same; device_matches tries both. */
static int spec_set_node(struct spec *spec, struct err *err)
{
	const char *slash = strchr(spec->value, '/');
	char value[SPEC_MAX];

	if (!slash)
		return 0;
	if (slash == spec->value || !slash[1] || strchr(slash + 1, '/') ||
	    strncmp(spec->value, "disk/", 5) == 0) {
		err_set(err, EINVAL, "%s: not a name that can be found without udev",
			spec->text);
		return err_hint(err, "use UUID=, LABEL=, PARTUUID= or PARTLABEL=");
	}
	strcpy(value, spec->value);
	return spec_set_volume(spec, value, (size_t)(slash - spec->value),
			       value + (slash - spec->value) + 1, err);
}

static int spec_set_mapper(struct spec *spec)
{
	char group[SPEC_NAME_MAX], volume[SPEC_NAME_MAX];

	if (spec_parse_mapper_name(spec->value, group, volume))
		return spec_set_volume(spec, group, strlen(group), volume, NULL);
	return 0;
}

/* MAJOR:MINOR, or what the kernel's name_to_dev_t() takes: the hexadecimal number that
 * stat(1) shows. */
static int spec_set_devno(struct spec *spec, struct err *err)
{
	unsigned major_number, minor_number;
	unsigned long encoded;
	char *end, more;

	spec->kind = SPEC_DEVNO;
	if (sscanf(spec->value, "%u:%u%c", &major_number, &minor_number, &more) == 2) {
		spec->devno = makedev(major_number, minor_number);
		return 0;
	}
	encoded = strtoul(spec->value, &end, 16);
	if (!spec->value[0] || *end || strlen(spec->value) > 8) {
		err_set(err, EINVAL, "%s: not a form of device name that is known here",
			spec->text);
		return err_hint(err,
				"give UUID=, LABEL=, PARTUUID=, PARTLABEL=, /dev/NODE, "
				"/dev/GROUP/VOLUME, /dev/mapper/NAME or MAJOR:MINOR");
	}
	spec->devno = makedev((encoded & 0xfff00) >> 8,
			      (encoded & 0xff) | ((encoded >> 12) & 0xfff00));
	return 0;
}

/* "UUID/PARTNROFF=-1" (the kernel's block/early-lookup.c). */
static int spec_set_part_offset(struct spec *spec, struct err *err)
{
	enum { OFFSET_MAX = 1 << 20 };
	char *offset = strstr(spec->value, "/PARTNROFF="), *end;
	long number;

	if (!offset)
		return 0;
	number = strtol(offset + strlen("/PARTNROFF="), &end, 10);
	if (offset == spec->value || *end || labs(number) > OFFSET_MAX)
		return err_set(err, EINVAL, "%s: not of the form UUID/PARTNROFF=NUMBER",
			       spec->text);
	*offset = '\0';
	spec->part_offset = (int)number;
	return 0;
}

static void spec_unquote(char *value)
{
	size_t length = strlen(value);

	if (length < 2 || (value[0] != '"' && value[0] != '\'') ||
	    value[length - 1] != value[0])
		return;
	memmove(value, value + 1, length - 2);
	value[length - 2] = '\0';
}

int spec_parse(struct spec *spec, const char *text, struct err *err)
{
	const char *value = text;
	bool escaped = false;

	*spec = (struct spec){ .kind = SPEC_DEVNO };
	if (strlen(text) >= SPEC_MAX)
		return err_set(err, ENAMETOOLONG,
			       "device name of more than %d characters", SPEC_MAX - 1);
	strcpy(spec->text, text);
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		if (strncmp(text, forms[i].prefix, strlen(forms[i].prefix)) != 0)
			continue;
		spec->kind = forms[i].kind;
		escaped = forms[i].escaped;
		value = text + strlen(forms[i].prefix);
		break;
	}
	strcpy(spec->value, value);
	spec_unquote(spec->value);
	if (escaped)
		spec_unescape(spec->value);
	if (!spec->value[0])
		return err_set(err, EINVAL, "%s: no device is named", spec->text);
	switch (spec->kind) {
	case SPEC_NODE:
		return spec_set_node(spec, err);
	case SPEC_MAPPER:
		return spec_set_mapper(spec);
	case SPEC_DEVNO:
		return spec_set_devno(spec, err);
	case SPEC_PARTUUID:
		return spec_set_part_offset(spec, err);
	default:
		return 0;
	}
}

bool spec_matches(const struct spec *spec, const char *identity)
{
	if (!identity[0])
		return false;
	if (spec->kind == SPEC_UUID || spec->kind == SPEC_PARTUUID)
		return strcasecmp(spec->value, identity) == 0;
	return strcmp(spec->value, identity) == 0;
}
